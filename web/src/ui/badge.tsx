import type { ReactNode } from 'react';
import styles from './badge.module.css';

interface BadgeProps {
  /** `live` is for what is on air now, and for nothing else. */
  tone?: 'neutral' | 'accent' | 'warning' | 'danger' | 'live';
  children: ReactNode;
}

/** A state or a count, in a word. */
export function Badge({ tone = 'neutral', children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
