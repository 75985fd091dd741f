import { useText } from '~/lib/i18n/text';
import { m } from './messages';
import styles from './stepper.module.css';

interface StepperProps {
  /** What is counted, for example "Regular". */
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max: number;
}

/** A small number, one more or one less. A spin button to screen readers; arrow keys, Home and End work. */
export function Stepper({ label, value, onChange, min = 0, max }: StepperProps) {
  const t = useText();
  const to = (next: number) => onChange(Math.min(max, Math.max(min, next)));
  const keys: Record<string, number> = {
    ArrowUp: value + 1,
    ArrowRight: value + 1,
    ArrowDown: value - 1,
    ArrowLeft: value - 1,
    Home: min,
    End: max,
  };
  return (
    <div className={styles.stepper}>
      <button
        type="button"
        tabIndex={-1}
        className={styles.step}
        disabled={value <= min}
        aria-label={t(m.oneLess, { label })}
        onClick={() => to(value - 1)}
      >
        −
      </button>
      <span
        role="spinbutton"
        tabIndex={0}
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        className={styles.value}
        onKeyDown={(event) => {
          const next = keys[event.key];
          if (next === undefined) return;
          event.preventDefault();
          to(next);
        }}
      >
        {value}
      </span>
      <button
        type="button"
        tabIndex={-1}
        className={styles.step}
        disabled={value >= max}
        aria-label={t(m.oneMore, { label })}
        onClick={() => to(value + 1)}
      >
        +
      </button>
    </div>
  );
}
