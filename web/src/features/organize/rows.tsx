import type { DragEvent, ReactNode, RefCallback } from 'react';
import { useText } from '~/lib/i18n/text';
import { IconButton } from '~/ui/button';
import { RowList } from '~/ui/row-list';
import { m } from './editor-messages';
import styles from './rows.module.css';

/** The entries of a section; `empty` stands in for them. */
export function Rows({ empty, children }: { empty: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return <p className={styles.empty}>{empty}</p>;
  return <RowList>{children}</RowList>;
}

/** What makes an entry one that can be put elsewhere: `usePlaces` gives it. */
export interface Movable {
  ref: RefCallback<HTMLLIElement>;
  /** Undefined at the top. */
  up: (() => void) | undefined;
  /** Undefined at the bottom. */
  down: (() => void) | undefined;
  drag: {
    draggable: true;
    onDragStart: (event: DragEvent) => void;
    onDragOver: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
    onDragEnd: () => void;
  };
  /** Where a dragged one would land. */
  mark: 'before' | 'after' | undefined;
}

const moves = [
  { way: 'up', icon: 'arrowUp', label: m.moveUp },
  { way: 'down', icon: 'arrowDown', label: m.moveDown },
] as const;

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
  /** Left out where the order is not the organizer's. */
  place?: Movable | undefined;
}

/** One entry that can be changed and removed. */
export function Row({ lead, title, facts, extra, onEdit, onRemove, removeLabel, place }: RowProps) {
  const t = useText();
  return (
    <li className={styles.row} ref={place?.ref} {...place?.drag} data-mark={place?.mark}>
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
        {place &&
          moves.map(({ way, icon, label }) => (
            <IconButton
              key={way}
              icon={icon}
              label={t(label, { title })}
              data-move={way}
              // Not out of use: the focus stays, and one press too many does nothing.
              aria-disabled={!place[way]}
              onClick={place[way]}
            />
          ))}
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
