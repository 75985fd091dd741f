import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from 'react';
import { useText } from '~/lib/i18n/text';
import styles from './button.module.css';
import { classNames } from './class-names';
import { Icon, type IconName } from './icon';
import { m } from './messages';

interface ButtonLook {
  /** One `primary` on a page: the next thing to do. */
  tone?: 'primary' | 'secondary' | 'quiet' | 'danger';
  size?: 'normal' | 'small';
  icon?: IconName;
  /** As wide as what is around it. */
  wide?: boolean;
  children: ReactNode;
}

function lookOf(
  { tone = 'secondary', size = 'normal', wide }: ButtonLook,
  className?: string,
): string {
  return classNames(styles.button, styles[tone], styles[size], wide && styles.wide, className);
}

export interface ButtonProps
  extends ButtonLook,
    Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  /** Shows that it works and takes no second click. Stays focusable, so that focus is not lost. */
  busy?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
}

export function Button({
  tone,
  size,
  icon,
  wide,
  busy = false,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const t = useText();
  const look = { ...(tone && { tone }), ...(size && { size }), ...(wide && { wide }), children };
  return (
    <button
      type="button"
      {...rest}
      className={lookOf(look, rest.className)}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon && !busy && <Icon name={icon} />}
      {busy && <span className={styles.spinner} role="img" aria-label={t(m.loading)} />}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

type LinkButtonProps = ButtonLook &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'children'> & {
    ref?: React.Ref<HTMLAnchorElement>;
  };

/** A link that looks like a button: it goes somewhere, and can be opened in a tab. For router links, see lib/link. */
export function LinkButton({ tone, size, icon, wide, children, ...rest }: LinkButtonProps) {
  const look = { ...(tone && { tone }), ...(size && { size }), ...(wide && { wide }), children };
  return (
    <a {...rest} className={lookOf(look, rest.className)}>
      {icon && <Icon name={icon} />}
      <span className={styles.label}>{children}</span>
    </a>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  icon: IconName;
  /** What it does, for screen readers and as a tip under the pointer. */
  label: string;
  tone?: 'quiet' | 'secondary' | 'danger';
  /** A shortcut to tell along with the label, for example "M". */
  shortcut?: string;
  ref?: React.Ref<HTMLButtonElement>;
}

export function IconButton({
  icon,
  label,
  tone = 'quiet',
  shortcut,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      title={shortcut ? `${label} (${shortcut})` : label}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      {...rest}
      className={classNames(styles.button, styles[tone], styles.iconOnly, className)}
    >
      <Icon name={icon} />
    </button>
  );
}
