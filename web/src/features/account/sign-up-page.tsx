import { useMutation } from '@connectrpc/connect-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useForm } from '~/lib/form';
import { Text, useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Stack } from '~/ui/layout';
import { TextLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { AccountFields, type AccountValues, checkAccount } from './account-fields';
import { AccountPanel } from './account-panel';
import { m } from './messages';
import { ResendButton } from './resend-button';
import { useChecks, useDescribe } from './use-checks';

const route = getRouteApi('/sign-up');

/** A new account: name, address, password; then a mail. */
export function SignUpPage() {
  const { next = '/' } = route.useSearch();
  const [sentTo, setSentTo] = useState<string>();
  return sentTo ? (
    <CheckMail email={sentTo} onOther={() => setSentTo(undefined)} />
  ) : (
    <SignUpForm next={next} onSent={setSentTo} />
  );
}

function SignUpForm({ next, onSent }: { next: string; onSent: (email: string) => void }) {
  const t = useText();
  const checks = useChecks();
  const describe = useDescribe();
  const requestIdFor = useRequestIdFor();
  const signUp = useMutation(AccountService.method.signUp);
  const form = useForm<AccountValues>({
    initial: { displayName: '', email: '', password: '' },
    draftKey: 'sign-up',
    draftLeavesOut: ['password'],
    validate: (values) => checks(checkAccount(values)),
    describe,
    submit: async ({ displayName, email, password }) => {
      const command = {
        displayName: displayName.trim(),
        email: email.trim(),
        password,
        returnPath: next === '/' ? '' : next,
      };
      await signUp.mutateAsync({ ...command, requestId: requestIdFor(command) });
      onSent(command.email);
    },
  });
  return (
    <AccountPanel
      title={t(m.signUpTitle)}
      lead={t(m.signUpLead)}
      footer={
        <Text
          message={m.haveAccount}
          values={{
            link: (words) => (
              <TextLink to="/sign-in" search={next === '/' ? {} : { next }}>
                {words}
              </TextLink>
            ),
          }}
        />
      }
    >
      <Stack as="form" gap={6} {...form.props}>
        <AccountFields form={form} />
        <FormProblem problem={form.problem} />
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {t(m.signUp)}
        </Button>
      </Stack>
    </AccountPanel>
  );
}

function CheckMail({ email, onOther }: { email: string; onOther: () => void }) {
  const t = useText();
  return (
    <AccountPanel title={t(m.checkMailTitle)} icon="mail" lead={t(m.checkMailText, { email })}>
      <Stack gap={4}>
        <p>{t(m.checkMailNone)}</p>
        <ResendButton email={email} />
        <Button size="small" tone="quiet" onClick={onOther}>
          {t(m.otherEmail)}
        </Button>
      </Stack>
    </AccountPanel>
  );
}
