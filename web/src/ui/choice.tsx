import * as RadixCheckbox from 'radix-ui/checkbox';
import * as RadixRadioGroup from 'radix-ui/radio-group';
import * as RadixSwitch from 'radix-ui/switch';
import { type ReactNode, useId } from 'react';
import styles from './choice.module.css';
import { Icon } from './icon';

interface ChoiceProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
}

function Labelled({
  id,
  label,
  hint,
  children,
}: {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={styles.choice}>
      {children}
      <div className={styles.words}>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** Yes or no, sent with its form. */
export function Checkbox({ label, hint, onChange, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <RadixCheckbox.Root
        {...rest}
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={styles.box}
        onCheckedChange={(next) => onChange(next === true)}
      >
        <RadixCheckbox.Indicator>
          <Icon name="check" size="small" />
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
    </Labelled>
  );
}

/** On or off, at once: what a switch changes needs no save button. */
export function Switch({ label, hint, onChange, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <RadixSwitch.Root
        {...rest}
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={styles.switch}
        onCheckedChange={onChange}
      >
        <RadixSwitch.Thumb className={styles.thumb} />
      </RadixSwitch.Root>
    </Labelled>
  );
}

interface RadioGroupProps<V extends string> {
  /** Names the group; shown by a FieldGroup around it, and spoken. */
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode; hint?: ReactNode; disabled?: boolean }[];
  /** `cards` frames each option: for choices that deserve a thought. */
  look?: 'plain' | 'cards';
}

/** One of a few, all in sight. */
export function RadioGroup<V extends string>({
  label,
  value,
  onChange,
  options,
  look = 'plain',
}: RadioGroupProps<V>) {
  const id = useId();
  return (
    <RadixRadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className={styles.radios}
      data-look={look}
    >
      {options.map((option) => (
        <Labelled
          key={option.value}
          id={`${id}-${option.value}`}
          label={option.label}
          hint={option.hint}
        >
          <RadixRadioGroup.Item
            id={`${id}-${option.value}`}
            value={option.value}
            disabled={option.disabled}
            aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
            className={styles.radio}
          >
            <RadixRadioGroup.Indicator className={styles.dot} />
          </RadixRadioGroup.Item>
        </Labelled>
      ))}
    </RadixRadioGroup.Root>
  );
}
