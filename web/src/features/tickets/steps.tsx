import { useText } from '~/lib/i18n/text';
import { Icon } from '~/ui/icon';
import type { Step } from './checkout-model';
import { m } from './messages';
import styles from './steps.module.css';

const order: readonly Step[] = ['choose', 'details', 'done'];

/** Where one is on the way to a ticket. */
export function Steps({ at }: { at: Step }) {
  const t = useText();
  const labels = { choose: m.stepChoose, details: m.stepDetails, done: m.stepDone };
  return (
    <ol aria-label={t(m.steps)} className={styles.steps}>
      {order.map((step, index) => {
        const past = index < order.indexOf(at);
        return (
          <li
            key={step}
            className={styles.step}
            aria-current={step === at ? 'step' : undefined}
            data-past={past || undefined}
          >
            <span className={styles.mark}>
              {past ? <Icon name="check" size="small" /> : index + 1}
            </span>
            {t(labels[step])}
          </li>
        );
      })}
    </ol>
  );
}
