import type { ReactNode } from 'react';
import { Stack } from './layout';
import styles from './row-list.module.css';
import { Loading, Skeleton } from './skeleton';

/** Entries across the width, `li` each, with a line between them. */
export function RowList({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <Stack as="ul" role="list" gap={0} aria-label={label} className={styles.rows}>
      {children}
    </Stack>
  );
}

/** Holds the place of rows that are on their way. */
export function RowsLoading() {
  return (
    <Loading>
      <Stack gap={6}>
        {[1, 2, 3, 4].map((row) => (
          <Skeleton key={row} lines={3} />
        ))}
      </Stack>
    </Loading>
  );
}
