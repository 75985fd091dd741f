import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from '~/lib/form';
import { Text, useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useSession, useSessionState } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { TextLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { AccountPanel } from './account-panel';
import { checkEmail } from './checks';
import { m } from './messages';
import { ResendNotice } from './resend-notice';
import { useChecks } from './use-checks';
import { WaitNotice } from './wait-notice';

/** Goes on as soon as somebody is signed in, here or in another tab; going back skips this page. */
function useGoOnWhenSignedIn(next: string): void {
  const router = useRouter();
  const { kind } = useSessionState();
  useEffect(() => {
    if (kind === 'signedIn') router.history.replace(next);
  }, [kind, next, router]);
}

export function SignInPage() {
  const t = useText();
  // Drawn once more while it is being left, when its address is another already.
  const { next = '/' } = useSearch({ from: '/sign-in', shouldThrow: false }) ?? {};
  const session = useSession();
  const checks = useChecks();
  const [unverified, setUnverified] = useState<string>();
  useGoOnWhenSignedIn(next);
  const form = useForm({
    initial: { email: '', password: '' },
    draftKey: 'sign-in',
    draftLeavesOut: ['password'],
    validate: ({ email, password }) =>
      checks({ email: checkEmail(email), password: password ? undefined : m.passwordMissing }),
    submit: async ({ email, password }) => {
      setUnverified(undefined);
      try {
        await session.signIn(email.trim(), password);
      } catch (error) {
        if (toProblem(error).reason !== 'EMAIL_NOT_VERIFIED') throw error;
        setUnverified(email.trim());
      }
    },
  });
  const search = next === '/' ? {} : { next };
  return (
    <AccountPanel
      title={t(m.signInTitle)}
      lead={next === '/' ? undefined : t(m.signInToGoOn)}
      footer={
        <Text
          message={m.newHere}
          values={{
            link: (words) => (
              <TextLink to="/sign-up" search={search}>
                {words}
              </TextLink>
            ),
          }}
        />
      }
    >
      <Stack as="form" gap={6} {...form.props}>
        <Field label={t(m.email)} error={form.errors.email}>
          <TextInput type="email" autoComplete="username" {...form.text('email')} />
        </Field>
        <Field label={t(m.password)} error={form.errors.password}>
          <TextInput type="password" autoComplete="current-password" {...form.text('password')} />
        </Field>
        {unverified && <ResendNotice email={unverified} />}
        {form.problem?.retryAfter ? (
          <WaitNotice problem={form.problem} />
        ) : (
          <FormProblem problem={form.problem} />
        )}
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {t(m.signIn)}
        </Button>
        <TextLink to="/reset-password" look="quiet">
          {t(m.forgot)}
        </TextLink>
      </Stack>
    </AccountPanel>
  );
}
