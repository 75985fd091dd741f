import type { ElementType, HTMLAttributes, ReactNode } from 'react';
import { classNames } from './class-names';
import styles from './layout.module.css';

/** Steps of the space grid, in multiples of 4 px. */
type Gap = 0 | 1 | 2 | 3 | 4 | 6 | 8 | 12 | 16;

interface BoxProps extends HTMLAttributes<HTMLElement> {
  as?: ElementType;
  children?: ReactNode;
}

interface StackProps extends BoxProps {
  gap?: Gap;
  align?: 'stretch' | 'start' | 'center' | 'end';
}

/** One below the other. */
export function Stack({
  as: As = 'div',
  gap = 4,
  align = 'stretch',
  className,
  ...rest
}: StackProps) {
  return (
    <As
      className={classNames(styles.stack, styles[`gap${gap}`], styles[`align-${align}`], className)}
      {...rest}
    />
  );
}

interface ClusterProps extends StackProps {
  /** Pushes the first and the last apart. */
  justify?: 'start' | 'between' | 'center' | 'end';
  wrap?: boolean;
}

/** Side by side, wrapping when there is no room. */
export function Cluster({
  as: As = 'div',
  gap = 3,
  align = 'center',
  justify = 'start',
  wrap = true,
  className,
  ...rest
}: ClusterProps) {
  return (
    <As
      className={classNames(
        styles.cluster,
        styles[`gap${gap}`],
        styles[`align-${align}`],
        styles[`justify-${justify}`],
        !wrap && styles.nowrap,
        className,
      )}
      {...rest}
    />
  );
}

interface GridProps extends BoxProps {
  gap?: Gap;
  /** How narrow a column may get before it wraps. */
  column?: 'narrow' | 'normal' | 'wide';
}

/** As many equal columns as fit. */
export function Grid({
  as: As = 'div',
  gap = 6,
  column = 'normal',
  className,
  ...rest
}: GridProps) {
  return (
    <As
      className={classNames(
        styles.grid,
        styles[`gap${gap}`],
        styles[`column-${column}`],
        className,
      )}
      {...rest}
    />
  );
}

interface PageProps {
  children: ReactNode;
  /** `text` for reading and forms, `narrow` for sign-in, `wide` for tables and the editor. */
  width?: 'narrow' | 'text' | 'page' | 'wide';
  className?: string | undefined;
}

/** The measure and the air around a page's content. */
export function Page({ children, width = 'page', className }: PageProps) {
  return (
    <div className={classNames(styles.page, styles[`page-${width}`], className)}>{children}</div>
  );
}

interface PageHeaderProps {
  title: ReactNode;
  /** A few words above the title: where one is. */
  eyebrow?: ReactNode;
  /** One sentence below it: what one can do. */
  lead?: ReactNode;
  actions?: ReactNode;
}

/** The page's one h1, with what stands around it. */
export function PageHeader({ title, eyebrow, lead, actions }: PageHeaderProps) {
  return (
    <header className={styles.header}>
      <div className={styles.headerText}>
        {eyebrow && <p className={styles.eyebrow}>{eyebrow}</p>}
        <h1>{title}</h1>
        {lead && <p className={styles.lead}>{lead}</p>}
      </div>
      {actions && <div className={styles.headerActions}>{actions}</div>}
    </header>
  );
}
