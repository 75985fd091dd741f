import { useText } from '~/lib/i18n/text';
import { m } from './messages';
import styles from './skeleton.module.css';
import { VisuallyHidden } from './visually-hidden';

interface SkeletonProps {
  /** What it stands for; it has that thing's size, so that nothing jumps. */
  shape?: 'text' | 'title' | 'cover' | 'block' | 'avatar';
  /** Lines of text. */
  lines?: number;
}

/** Holds the place of what is on its way. */
export function Skeleton({ shape = 'text', lines = 1 }: SkeletonProps) {
  const count = shape === 'text' ? lines : 1;
  return (
    <span className={styles.group} aria-hidden="true">
      {Array.from({ length: count }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are all alike
        <span key={line} className={styles.bone} data-shape={shape} />
      ))}
    </span>
  );
}

/** Around a page's skeletons: says once that something is on its way. */
export function Loading({ children }: { children: React.ReactNode }) {
  const t = useText();
  return (
    <div aria-busy="true">
      <VisuallyHidden live="polite">{t(m.loading)}</VisuallyHidden>
      {children}
    </div>
  );
}
