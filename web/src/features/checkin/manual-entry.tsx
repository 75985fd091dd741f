import { useRef } from 'react';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import styles from './manual-entry.module.css';
import { m } from './messages';
import { CODE_MAX } from './model';

/** A code by keyboard. Hand scanners are keyboards, too: they type the code and press Enter. */
export function ManualEntry({ onCode }: { onCode: (code: string) => void }) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const form = useForm({
    initial: { code: '' },
    validate: ({ code }) => (code.trim() ? {} : { code: t(m.manualMissing) }),
    submit: async ({ code }) => {
      onCode(code.trim());
      form.reset({ code: '' });
      input.current?.focus();
    },
  });
  return (
    <form {...form.props}>
      <Field label={t(m.manual)} hint={t(m.manualHint)} error={form.errors.code}>
        <div className={styles.row}>
          <TextInput
            ref={input}
            icon="qr"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={CODE_MAX}
            enterKeyHint="go"
            {...form.text('code')}
          />
          <Button type="submit">{t(m.check)}</Button>
        </div>
      </Field>
    </form>
  );
}
