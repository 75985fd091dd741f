import type { ReactNode } from 'react';
import { useText } from '~/lib/i18n/text';
import { IconButton } from '~/ui/button';
import { Stack } from '~/ui/layout';
import { m } from './editor-messages';
import styles from './rows.module.css';

/** The entries of a section; `empty` stands in for them. */
export function Rows({ empty, children }: { empty: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <Stack as="ul" role="list" gap={0} className={styles.rows}>
      {children}
    </Stack>
  );
}

interface RowProps {
  /** A picture before the words. */
  lead?: ReactNode;
  title: string;
  /** Quiet lines below the title. */
  facts: readonly (string | false | undefined)[];
  extra?: ReactNode;
  onEdit?: () => void;
  /** Left out where it has to stay. */
  onRemove?: (() => void) | undefined;
  /** What the bin does, where it does not remove. */
  removeLabel?: string | undefined;
}

/** One entry that can be changed and removed. */
export function Row({ lead, title, facts, extra, onEdit, onRemove, removeLabel }: RowProps) {
  const t = useText();
  return (
    <li className={styles.row}>
      {lead}
      <div className={styles.text}>
        <p className={styles.title}>{title}</p>
        {facts.map(
          (fact) =>
            fact && (
              <p key={fact} className={styles.facts}>
                {fact}
              </p>
            ),
        )}
        {extra && <div className={styles.extra}>{extra}</div>}
      </div>
      <div className={styles.actions}>
        {onEdit && <IconButton icon="edit" label={t(m.change, { title })} onClick={onEdit} />}
        {onRemove && (
          <IconButton
            icon="trash"
            label={removeLabel ?? t(m.removeOne, { title })}
            onClick={onRemove}
          />
        )}
      </div>
    </li>
  );
}
