import { classNames } from './class-names';
import styles from './cover.module.css';

interface CoverProps {
  /** What the place is held for; the same name has the same drawing everywhere. */
  name: string;
  src?: string | undefined;
  /** What the picture shows. Empty where words beside it say enough. */
  alt?: string;
  /** Of the file, so that nothing moves when it arrives. */
  width?: number | undefined;
  height?: number | undefined;
  /** The page's largest picture is fetched first; all others when they come near. */
  eager?: boolean;
  className?: string | undefined;
}

const TINTS = 5;
const ARCS = [1, 2, 3, 4, 5, 6];

/** FNV-1a: names that differ in a letter differ in everything. */
function seedOf(name: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Rows of seats around a stage, seen from a place that the name decides. */
function Drawing({ name }: { name: string }) {
  const seed = seedOf(name);
  const x = 40 + ((seed >>> 3) % 7) * 40;
  const gap = 26 + ((seed >>> 7) % 4) * 5;
  return (
    <svg
      viewBox="0 0 320 180"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      className={styles.drawing}
    >
      <circle cx={x} cy="190" r="11" className={styles.stage} />
      {ARCS.map((arc) => (
        <circle key={arc} cx={x} cy="190" r={arc * gap + 6} className={styles.row} />
      ))}
    </svg>
  );
}

/** A picture in 16:9, and without one a quiet drawing in its place: a list of events has no holes. */
export function Cover({ name, src, alt = '', width, height, eager, className }: CoverProps) {
  return (
    <div className={classNames(styles.cover, className)} data-tint={seedOf(name) % TINTS}>
      {src ? (
        <img
          src={src}
          alt={alt}
          width={width}
          height={height}
          loading={eager ? 'eager' : 'lazy'}
          fetchPriority={eager ? 'high' : 'auto'}
          decoding="async"
        />
      ) : (
        <Drawing name={name} />
      )}
    </div>
  );
}
