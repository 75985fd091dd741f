import type { ReactNode } from 'react';
import styles from './visually-hidden.module.css';

/** Heard and not seen: words for who cannot see what the layout says. */
export function VisuallyHidden({
  children,
  live,
}: {
  children: ReactNode;
  live?: 'polite' | 'assertive';
}) {
  return (
    <span className={styles.hidden} aria-live={live}>
      {children}
    </span>
  );
}
