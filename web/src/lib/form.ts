import { type FormEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { type Draft, draftIn } from '~/lib/draft';
import { type FieldError, type Problem, toProblem } from '~/lib/problem/problem';

export type FieldErrors<V> = { [K in keyof V]?: string };

export interface FormOptions<V extends object> {
  initial: V;
  /** Keeps what was entered through a reload of the page, under this name. */
  draftKey?: string;
  /** Fields that a draft must not hold. */
  draftLeavesOut?: readonly (keyof V)[];
  /** Errors that need no server, by field, as text for the reader. */
  validate?: (values: V) => FieldErrors<V>;
  /** Sends the form. What it throws is shown: violations at their fields, the rest as `problem`. */
  submit: (values: V) => Promise<void>;
  /** Which field a violation belongs to. By default "event.display_name" is `displayName`. */
  fieldOf?: (path: string) => string;
  /** The words for a violation. By default the server's own. */
  describe?: (error: FieldError) => string;
}

export interface Form<V extends object> {
  values: V;
  errors: FieldErrors<V>;
  /** What went wrong as a whole; shown above the button. Undefined when the fields say it all. */
  problem: Problem | undefined;
  submitting: boolean;
  /** Whether anything differs from `initial`. */
  changed: boolean;
  set<K extends keyof V>(field: K, value: V[K]): void;
  /** Takes over a state that was loaded or saved elsewhere. */
  reset(values: V): void;
  /** Spread on <form>. */
  props: {
    ref: RefObject<HTMLFormElement | null>;
    noValidate: true;
    onSubmit: (event: FormEvent) => void;
  };
  /** Spread on a TextInput or TextArea inside its Field. */
  text(field: keyof V): {
    name: string;
    value: string;
    onChange: (event: { target: { value: string } }) => void;
  };
}

/** "sessions[2].start_time" → "startTime" */
export function lastFieldOf(path: string): string {
  const last = path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');
  return last.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The server names what is wrong in the middle of a sentence ("must be …"); beside a field it stands alone. */
function inServersWords({ description }: FieldError): string {
  return description.charAt(0).toUpperCase() + description.slice(1);
}

/** Sorts violations into fields of the form; those that belong to none stay in `rest`. */
export function sortViolations<V extends object>(
  violations: readonly FieldError[],
  values: V,
  fieldOf: (path: string) => string,
  describe: (error: FieldError) => string = inServersWords,
): { errors: FieldErrors<V>; rest: FieldError[] } {
  const errors: FieldErrors<V> = {};
  const rest: FieldError[] = [];
  for (const violation of violations) {
    const field = fieldOf(violation.field);
    if (field in values) errors[field as keyof V] ??= describe(violation);
    else rest.push(violation);
  }
  return { errors, rest };
}

function useDraft<V extends object>({
  draftKey,
  draftLeavesOut,
}: FormOptions<V>): Draft<V> | undefined {
  // biome-ignore lint/correctness/useExhaustiveDependencies: which fields are left out is fixed for a form
  return useMemo(
    () => (draftKey ? draftIn<V>(sessionStorage, draftKey, draftLeavesOut) : undefined),
    [draftKey],
  );
}

/** Moves the focus to the first field that is wrong, after each failed attempt. */
function useFocusOnError(form: RefObject<HTMLFormElement | null>, attempt: number): void {
  useEffect(() => {
    if (attempt === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, attempt]);
}

/** State, errors, draft and submission of one form. */
export function useForm<V extends object>(options: FormOptions<V>): Form<V> {
  const { initial, validate, submit, fieldOf = lastFieldOf, describe } = options;
  const draft = useDraft(options);
  const [values, setValues] = useState<V>(() => ({ ...initial, ...draft?.read() }));
  // Two fields may be set in one event, before the next render.
  const latest = useRef(values);
  const [errors, setErrors] = useState<FieldErrors<V>>({});
  const [problem, setProblem] = useState<Problem>();
  const [submitting, setSubmitting] = useState(false);
  const [failedAttempts, setFailedAttempts] = useState(0);
  const [changed, setChanged] = useState(false);
  // State is a render behind; a double click is faster than a render.
  const busy = useRef(false);
  const ref = useRef<HTMLFormElement>(null);
  useFocusOnError(ref, failedAttempts);

  const set: Form<V>['set'] = (field, value) => {
    const next = { ...latest.current, [field]: value };
    latest.current = next;
    setValues(next);
    setChanged(true);
    setErrors(({ [field]: _mended, ...others }) => others as FieldErrors<V>);
    draft?.write(next);
  };

  const refuse = (found: FieldErrors<V>, whole: Problem | undefined) => {
    setErrors(found);
    setProblem(whole);
    setFailedAttempts((attempts) => attempts + 1);
  };

  const send = async () => {
    if (busy.current) return;
    const found = validate?.(values) ?? {};
    if (Object.values(found).some(Boolean)) return refuse(found, undefined);
    busy.current = true;
    setSubmitting(true);
    setErrors({});
    setProblem(undefined);
    try {
      await submit(values);
      draft?.clear();
      setChanged(false);
    } catch (error) {
      const refusal = toProblem(error);
      const sorted = sortViolations(refusal.fieldErrors, values, fieldOf, describe);
      const fieldsSayItAll = refusal.fieldErrors.length > 0 && sorted.rest.length === 0;
      refuse(sorted.errors, fieldsSayItAll ? undefined : refusal);
    } finally {
      busy.current = false;
      setSubmitting(false);
    }
  };

  return {
    values,
    errors,
    problem,
    submitting,
    changed,
    set,
    reset(next) {
      latest.current = next;
      setValues(next);
      setErrors({});
      setProblem(undefined);
      setChanged(false);
      draft?.clear();
    },
    props: {
      ref,
      noValidate: true,
      onSubmit(event) {
        event.preventDefault();
        void send();
      },
    },
    text: (field) => ({
      name: String(field),
      value: String(values[field] ?? ''),
      onChange: (event) => set(field, event.target.value as V[typeof field]),
    }),
  };
}
