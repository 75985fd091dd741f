import { useText } from '~/lib/i18n/text';
import { countdown } from '~/lib/time';
import { Icon } from '~/ui/icon';
import { VisuallyHidden } from '~/ui/visually-hidden';
import { holdAnnouncement } from './checkout-model';
import styles from './hold-clock.module.css';
import { m } from './messages';

/** How long the seats stay held, and what happens then. Seen each second, heard twice. */
export function HoldClock({ left_ms }: { left_ms: number }) {
  const t = useText();
  const heard = holdAnnouncement(left_ms);
  return (
    <div className={styles.clock} data-urgent={heard === 'seconds' || undefined}>
      <Icon name="clock" />
      <div>
        <p role="timer" className={styles.left}>
          {t(m.holdLeft, { left: countdown(left_ms) })}
        </p>
        <p className={styles.hint}>{t(m.holdHint)}</p>
      </div>
      <VisuallyHidden live="polite">
        {heard === 'minutes' && t(m.holdMinutes, { minutes: 2 })}
        {heard === 'seconds' && t(m.holdSeconds)}
      </VisuallyHidden>
    </div>
  );
}
