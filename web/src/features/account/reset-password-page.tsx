import { useMutation } from '@connectrpc/connect-query';
import { useState } from 'react';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { AccountPanel } from './account-panel';
import { checkNewPassword } from './checks';
import { MailForm } from './mail-form';
import { m } from './messages';
import { useChecks, useDescribe } from './use-checks';
import { useFragmentToken } from './use-fragment-token';

/** Without a token it mails a link; where that link leads, it sets the new password. */
export function ResetPasswordPage() {
  const token = useFragmentToken();
  return token ? <SetPassword token={token} /> : <RequestReset />;
}

function RequestReset() {
  const t = useText();
  const request = useMutation(AccountService.method.requestPasswordReset);
  return (
    <MailForm
      title={t(m.forgotTitle)}
      lead={t(m.forgotLead)}
      button={t(m.forgotSend)}
      sent={(email) => ({ title: t(m.forgotSentTitle), text: t(m.forgotSentText, { email }) })}
      send={(email) => request.mutateAsync({ email })}
    />
  );
}

function SetPassword({ token }: { token: string }) {
  const t = useText();
  const checks = useChecks();
  const describe = useDescribe();
  const reset = useMutation(AccountService.method.resetPassword);
  const [outcome, setOutcome] = useState<'done' | 'linkBad'>();
  const form = useForm({
    initial: { password: '' },
    validate: ({ password }) => checks({ password: checkNewPassword(password) }),
    describe,
    submit: async ({ password }) => {
      try {
        await reset.mutateAsync({ token, password });
        setOutcome('done');
      } catch (error) {
        if (toProblem(error).reason !== 'LINK_INVALID') throw error;
        setOutcome('linkBad');
      }
    },
  });
  if (outcome === 'done') {
    return (
      <AccountPanel title={t(m.resetDoneTitle)} icon="check" lead={t(m.resetDoneText)}>
        <ButtonLink to="/sign-in" tone="primary" wide>
          {t(m.signIn)}
        </ButtonLink>
      </AccountPanel>
    );
  }
  if (outcome === 'linkBad') {
    return (
      <AccountPanel title={t(m.linkBadTitle)} icon="link" lead={t(m.resetLinkBadText)}>
        <ButtonLink to="/reset-password" hash="" tone="primary" wide>
          {t(m.askAgain)}
        </ButtonLink>
      </AccountPanel>
    );
  }
  return (
    <AccountPanel title={t(m.resetTitle)} lead={t(m.resetLead)}>
      <Stack as="form" gap={6} {...form.props}>
        <Field label={t(m.newPassword)} hint={t(m.passwordHint)} error={form.errors.password}>
          <TextInput type="password" autoComplete="new-password" {...form.text('password')} />
        </Field>
        <FormProblem problem={form.problem} />
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {t(m.reset)}
        </Button>
      </Stack>
    </AccountPanel>
  );
}
