import {
  type InputHTMLAttributes,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useState,
} from 'react';
import { useText } from '~/lib/i18n/text';
import { classNames } from './class-names';
import { useFieldControl } from './field';
import { Icon, type IconName } from './icon';
import styles from './input.module.css';
import { m } from './messages';

interface TextInputProps extends InputHTMLAttributes<HTMLInputElement> {
  icon?: IconName;
  ref?: Ref<HTMLInputElement>;
}

/** One line of text. `type="password"` comes with a switch that shows it. */
export function TextInput({ icon, className, type = 'text', ...rest }: TextInputProps) {
  const control = useFieldControl();
  if (type === 'password') return <PasswordInput className={className} {...rest} />;
  const input = (
    <input {...control} {...rest} type={type} className={classNames(styles.input, className)} />
  );
  if (!icon) return input;
  return (
    <div className={styles.withIcon}>
      <Icon name={icon} />
      {input}
    </div>
  );
}

function PasswordInput({ className, ...rest }: Omit<TextInputProps, 'icon' | 'type'>) {
  const control = useFieldControl();
  const t = useText();
  const [shown, setShown] = useState(false);
  return (
    <div className={styles.password}>
      <input
        {...control}
        {...rest}
        type={shown ? 'text' : 'password'}
        className={classNames(styles.input, className)}
        autoCapitalize="none"
        spellCheck={false}
      />
      <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {t(shown ? m.hidePassword : m.showPassword)}
      </button>
    </div>
  );
}

interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  ref?: Ref<HTMLTextAreaElement>;
}

/** Several lines; grows with what is written where the browser can. */
export function TextArea({ className, rows = 4, ...rest }: TextAreaProps) {
  const control = useFieldControl();
  return (
    <textarea
      {...control}
      {...rest}
      rows={rows}
      className={classNames(styles.input, styles.area, className)}
    />
  );
}

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  ref?: Ref<HTMLSelectElement>;
}

/**
 * One of a few. The system's own list under our skin: it is the one that phones, screen readers and type-ahead know
 * best. Radix' select would add an inline style element, which the CSP refuses.
 */
export function Select({ className, children, ...rest }: SelectProps) {
  const control = useFieldControl();
  return (
    <div className={styles.select}>
      <select {...control} {...rest} className={classNames(styles.input, className)}>
        {children}
      </select>
      <Icon name="chevronDown" size="small" />
    </div>
  );
}
