import type { ReactNode } from 'react';
import styles from './fact-list.module.css';

export type Fact = readonly [label: string, value: ReactNode];

interface FactListProps {
  facts: readonly Fact[];
  /** How narrow a column may get before it wraps; without, there is one. */
  column?: 'narrow' | 'normal';
}

/** What is known of one thing: labels, each with its value below. */
export function FactList({ facts, column }: FactListProps) {
  return (
    <dl className={styles.list} data-column={column}>
      {facts.map(([label, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two facts may have the same label
        <div key={at}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
