import { useState } from 'react';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { ButtonLink, TextLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { AccountPanel } from './account-panel';
import { checkEmail } from './checks';
import { m } from './messages';
import { useChecks } from './use-checks';

interface MailFormProps {
  title: string;
  lead: string;
  button: string;
  send: (email: string) => Promise<unknown>;
  /** What is said then, whether the address is known or not. */
  sent: (email: string) => { title: string; text: string };
}

/** Asks for an address and mails a link there. */
export function MailForm({ title, lead, button, send, sent }: MailFormProps) {
  const t = useText();
  const checks = useChecks();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    initial: { email: '' },
    validate: ({ email }) => checks({ email: checkEmail(email) }),
    submit: async ({ email }) => {
      await send(email.trim());
      setSentTo(email.trim());
    },
  });
  const back = <TextLink to="/sign-in">{t(m.backToSignIn)}</TextLink>;
  if (sentTo) {
    const said = sent(sentTo);
    return (
      <AccountPanel title={said.title} icon="mail" lead={said.text}>
        <ButtonLink to="/sign-in" wide>
          {t(m.backToSignIn)}
        </ButtonLink>
      </AccountPanel>
    );
  }
  return (
    <AccountPanel title={title} lead={lead} footer={back}>
      <Stack as="form" gap={6} {...form.props}>
        <Field label={t(m.email)} error={form.errors.email}>
          <TextInput type="email" autoComplete="email" {...form.text('email')} />
        </Field>
        <FormProblem problem={form.problem} />
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {button}
        </Button>
      </Stack>
    </AccountPanel>
  );
}
