import { classNames } from './class-names';
import styles from './progress.module.css';

interface ProgressProps {
  label: string;
  /** 0 to 1; undefined while nobody knows how long it takes. */
  value?: number | undefined;
}

/** How far something has come. */
export function Progress({ label, value }: ProgressProps) {
  return (
    <progress
      className={classNames(styles.bar, value === undefined && styles.unknown)}
      aria-label={label}
      max={1}
      {...(value === undefined ? {} : { value })}
    />
  );
}

interface MeterProps {
  label: string;
  /** 0 to 1, linear in what is heard; drawn in `SEGMENTS` steps. */
  value: number;
}

const SEGMENTS = 16;
/** From here on it is too loud. */
const LOUD = 0.85;

/** A microphone's level. It changes many times a second, so that it is drawn and not announced. */
export function Meter({ label, value }: MeterProps) {
  const lit = Math.round(Math.min(1, Math.max(0, value)) * SEGMENTS);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn in segments
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={Math.round(value * 100) / 100}
      className={styles.meter}
    >
      {Array.from({ length: SEGMENTS }, (_, segment) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: segments never change places
          key={segment}
          data-lit={segment < lit || undefined}
          data-loud={segment / SEGMENTS >= LOUD || undefined}
        />
      ))}
    </div>
  );
}
