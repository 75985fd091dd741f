import type { ReactNode } from 'react';
import { Card } from '~/ui/card';
import { Cluster, Stack } from '~/ui/layout';
import styles from './section.module.css';

interface SectionProps {
  /** Where the checklist's links lead to. */
  id: string;
  title: string;
  action?: ReactNode;
  /** Takes every control inside out of use. */
  disabled?: boolean;
  children: ReactNode;
}

/** One part of the editor. */
export function Section({ id, title, action, disabled = false, children }: SectionProps) {
  return (
    <Card as="section" id={id} aria-labelledby={`${id}-title`} className={styles.section}>
      <fieldset disabled={disabled} className={styles.controls}>
        <Stack gap={6}>
          <Cluster justify="between">
            <h2 id={`${id}-title`}>{title}</h2>
            {action}
          </Cluster>
          {children}
        </Stack>
      </fieldset>
    </Card>
  );
}
