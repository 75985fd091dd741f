import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
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
  const region = useRef<HTMLElement>(null);
  const aside = useGivesWay(region, shown);
  return (
    <section
      ref={region}
      className={styles.region}
      data-aside={aside || undefined}
      aria-label={t(m.notices)}
      aria-live="polite"
    >
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

/** Whether the toasts are at the other edge, because what has the focus would be under them (WCAG 2.2, 2.4.11). */
function useGivesWay(region: RefObject<HTMLElement | null>, shown: readonly Toast[]): boolean {
  const [aside, setAside] = useState(false);
  useLayoutEffect(() => {
    if (shown.length === 0) {
      setAside(false);
      return;
    }
    const giveWay = () => {
      if (region.current && covers(region.current, document.activeElement)) {
        setAside((before) => !before);
      }
    };
    giveWay();
    document.addEventListener('focusin', giveWay);
    return () => document.removeEventListener('focusin', giveWay);
  }, [region, shown]);
  return aside;
}

function covers(region: HTMLElement, focused: Element | null): boolean {
  if (!focused || focused === document.body || region.contains(focused)) return false;
  const under = focused.getBoundingClientRect();
  // What fills the page is not hidden by a strip of it.
  if (under.height > innerHeight / 2) return false;
  return [...region.children].some((toast) => {
    const over = toast.getBoundingClientRect();
    return (
      over.left < under.right &&
      over.right > under.left &&
      over.top < under.bottom &&
      over.bottom > under.top
    );
  });
}
