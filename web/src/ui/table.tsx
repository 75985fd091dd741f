import type { ReactNode } from 'react';
import { useText } from '~/lib/i18n/text';
import { classNames } from './class-names';
import { Icon } from './icon';
import { m } from './messages';
import styles from './table.module.css';
import { VisuallyHidden } from './visually-hidden';

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end of their column, their digits below each other. */
  numeric?: boolean;
  sortable?: boolean;
  /** Left out on a phone. */
  secondary?: boolean;
}

export interface Sorting {
  key: string;
  descending: boolean;
}

interface TableProps<Row> {
  /** Says what the rows are; read first by a screen reader. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  /** Instead of rows, when there are none. */
  empty?: ReactNode;
}

/** Rows of one kind. Sorting, searching and paging are the caller's: the server knows all rows, the table only some. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  sorting,
  onSort,
  empty,
}: TableProps<Row>) {
  if (rows.length === 0 && empty) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must scroll by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div role="group" className={styles.scroll} aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={classNames(
                    column.numeric && styles.numeric,
                    column.secondary && styles.secondary,
                  )}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}

function Heading<Row>({ column, sorting, onSort }: HeadingProps<Row>) {
  const t = useText();
  const sorted = sorting?.key === column.key;
  const direction = sorting?.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      aria-sort={sorted ? direction : undefined}
      className={classNames(column.numeric && styles.numeric, column.secondary && styles.secondary)}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className={styles.sort}
          onClick={() =>
            onSort({ key: column.key, descending: sorted ? !sorting.descending : false })
          }
        >
          {column.title}
          {sorted && (
            <span data-direction={direction}>
              <Icon
                name="chevronDown"
                size="small"
                label={t(sorting.descending ? m.sortedDown : m.sortedUp)}
              />
            </span>
          )}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}
