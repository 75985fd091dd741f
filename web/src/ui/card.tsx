import type { ElementType, HTMLAttributes, ReactNode } from 'react';
import styles from './card.module.css';
import { classNames } from './class-names';

interface CardProps extends HTMLAttributes<HTMLElement> {
  as?: ElementType;
  /** `flat` is a tint without depth, for what only groups. */
  look?: 'raised' | 'flat';
  /** The whole card is the target of the link inside it that has `data-card-link`. */
  interactive?: boolean;
  padding?: 'none' | 'normal' | 'large';
  children: ReactNode;
}

/** One thing among others of its kind, or a group that belongs together. */
export function Card({
  as: As = 'div',
  look = 'raised',
  interactive = false,
  padding = 'normal',
  className,
  ...rest
}: CardProps) {
  return (
    <As
      {...rest}
      className={classNames(
        styles.card,
        styles[look],
        styles[`padding-${padding}`],
        interactive && styles.interactive,
        className,
      )}
    />
  );
}
