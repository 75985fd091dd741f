import type { Form } from '~/lib/form';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { checkEmail, checkName, checkNewPassword } from './checks';
import { m } from './messages';

export interface AccountValues {
  displayName: string;
  email: string;
  password: string;
}

export function checkAccount({ displayName, email, password }: AccountValues): {
  [K in keyof AccountValues]: Message | undefined;
} {
  return {
    displayName: checkName(displayName),
    email: checkEmail(email),
    password: checkNewPassword(password),
  };
}

/** What every new account begins with. */
export function AccountFields({ form }: { form: Form<AccountValues> }) {
  const t = useText();
  return (
    <>
      <Field label={t(m.name)} hint={t(m.nameHint)} error={form.errors.displayName}>
        <TextInput autoComplete="name" {...form.text('displayName')} />
      </Field>
      <Field label={t(m.email)} error={form.errors.email}>
        <TextInput type="email" autoComplete="email" {...form.text('email')} />
      </Field>
      <Field label={t(m.password)} hint={t(m.passwordHint)} error={form.errors.password}>
        <TextInput type="password" autoComplete="new-password" {...form.text('password')} />
      </Field>
    </>
  );
}
