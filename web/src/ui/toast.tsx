import { useText } from '~/lib/i18n/text';
import { createStore, useStore } from '~/lib/store';
import { Button, IconButton } from './button';
import { Icon } from './icon';
import { m } from './messages';
import styles from './toast.module.css';

export interface Toast {
  id: number;
  tone: 'neutral' | 'success' | 'danger';
  text: string;
  /** Takes back what was done. */
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6_000;
/** More at once are noise; the oldest goes. */
const SHOWN_MAX = 3;

const toasts = createStore<readonly Toast[]>([]);
let lastId = 0;

export function dismissToast(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/**
 * Says that something has happened elsewhere than where one looks. Never the only place of an error: what is wrong
 * with a form stands in the form. One that offers an action stays until it is answered.
 */
export function showToast(
  text: string,
  options: Partial<Pick<Toast, 'tone' | 'action'>> = {},
): number {
  lastId += 1;
  const id = lastId;
  const toast: Toast = { id, text, tone: 'neutral', ...options };
  toasts.set([...toasts.get(), toast].slice(-SHOWN_MAX));
  if (!toast.action) setTimeout(() => dismissToast(id), SHOWN_MS);
  return id;
}

/** Where toasts appear; once, in the shell. A live region of its own rather than Radix' toast: it is 1 kB, not 6. */
export function Toaster() {
  const t = useText();
  const shown = useStore(toasts);
  return (
    <section className={styles.region} aria-label={t(m.notices)} aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={styles.toast} data-tone={toast.tone}>
          {toast.tone !== 'neutral' && (
            <Icon name={toast.tone === 'success' ? 'check' : 'warning'} />
          )}
          <p>{toast.text}</p>
          {toast.action && (
            <Button
              size="small"
              tone="quiet"
              onClick={() => {
                toast.action?.run();
                dismissToast(toast.id);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton icon="close" label={t(m.dismiss)} onClick={() => dismissToast(toast.id)} />
        </div>
      ))}
    </section>
  );
}
