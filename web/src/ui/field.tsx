import { createContext, type ReactNode, useContext, useId, useMemo } from 'react';
import { useText } from '~/lib/i18n/text';
import styles from './field.module.css';
import { Icon } from './icon';
import { m } from './messages';

/** What a control takes from the field around it. */
interface FieldContext {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
}

const Context = createContext<FieldContext | undefined>(undefined);

/** Attributes that tie a control to its label, hint and error; empty outside of a Field. */
export function useFieldControl() {
  const field = useContext(Context);
  if (!field) return {};
  return {
    id: field.id,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.invalid || undefined,
    'aria-required': field.required || undefined,
  };
}

interface FieldProps {
  label: string;
  /** What to know before filling it in. */
  hint?: ReactNode;
  /** What is wrong, and how to mend it. Stands at the field and is announced. */
  error?: string | undefined;
  /** Fields are required; the few that are not say so. */
  optional?: boolean;
  children: ReactNode;
}

/** Label, hint and error around one control. */
export function Field({ label, hint, error, optional = false, children }: FieldProps) {
  const t = useText();
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [error && errorId, hint && hintId].filter(Boolean).join(' ') || undefined;
  const context = useMemo(
    () => ({ id, describedBy, invalid: Boolean(error), required: !optional }),
    [id, describedBy, error, optional],
  );
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} {optional && <span className={styles.optional}>{t(m.optional)}</span>}
      </label>
      <Context value={context}>{children}</Context>
      <div aria-live="polite">
        {error && (
          <p id={errorId} className={styles.error}>
            <Icon name="warning" size="small" />
            {error}
          </p>
        )}
      </div>
      {hint && (
        <p id={hintId} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FieldGroupProps {
  legend: string;
  hint?: ReactNode;
  children: ReactNode;
}

/** Several controls under one heading: radio buttons, the parts of an address. */
export function FieldGroup({ legend, hint, children }: FieldGroupProps) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.label}>{legend}</legend>
      {hint && <p className={styles.hint}>{hint}</p>}
      {children}
    </fieldset>
  );
}
