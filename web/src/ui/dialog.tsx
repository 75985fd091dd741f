import * as RadixDialog from 'radix-ui/dialog';
import { type ReactNode, useRef } from 'react';
import { useText } from '~/lib/i18n/text';
import { IconButton } from './button';
import { classNames } from './class-names';
import styles from './dialog.module.css';
import { m } from './messages';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence that says what this is about. */
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons, the one that goes on last. */
  actions?: ReactNode;
}

/** What a dialog is filled in by: there the focus begins. */
const FIELDS =
  'input:not([type=file], [type=hidden], :disabled), textarea:not(:disabled), select:not(:disabled)';

function Panel({ kind, ...props }: DialogProps & { kind: 'dialog' | 'drawer' }) {
  const { open, onOpenChange, title, description, children, actions } = props;
  const t = useText();
  // Radix gives the focus back to its own trigger only; ours open from anywhere.
  const opener = useRef<HTMLElement>(null);
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={styles.scrim} />
        <RadixDialog.Content
          className={classNames(styles.panel, styles[kind])}
          onOpenAutoFocus={(event) => {
            opener.current = document.activeElement as HTMLElement | null;
            // Radix takes the first thing that can have it, which is the button that closes.
            const field = (event.target as HTMLElement).querySelector<HTMLElement>(FIELDS);
            if (!field) return;
            event.preventDefault();
            field.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current?.isConnected) opener.current.focus();
          }}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <div className={styles.head}>
            <RadixDialog.Title className={styles.title}>{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton icon="close" label={t(m.close)} className={styles.close} />
            </RadixDialog.Close>
          </div>
          <div className={styles.body}>
            {description && (
              <RadixDialog.Description className={styles.description}>
                {description}
              </RadixDialog.Description>
            )}
            {children}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** Asks for one decision. Holds the focus, gives it back, closes on Escape. */
export function Dialog(props: DialogProps) {
  return <Panel kind="dialog" {...props} />;
}

/** Details beside what they belong to, from the end edge; from below on a phone. */
export function Drawer(props: DialogProps) {
  return <Panel kind="drawer" {...props} />;
}
