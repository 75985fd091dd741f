import { useMutation } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useSession } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { AccountFields, type AccountValues, checkAccount } from './account-fields';
import { AccountPanel } from './account-panel';
import { m } from './messages';
import { useChecks, useDescribe } from './use-checks';
import { useFragmentToken } from './use-fragment-token';

/** Where the link leads that is printed at first start: the account that runs the place. */
export function SetupPage() {
  const t = useText();
  const token = useFragmentToken();
  const [spent, setSpent] = useState(false);
  if (!token) return <AccountPanel title={t(m.setupTitle)} icon="link" lead={t(m.setupNoToken)} />;
  if (spent) {
    return (
      <AccountPanel title={t(m.setupBadTitle)} icon="link" lead={t(m.setupBadText)}>
        <ButtonLink to="/sign-in" wide>
          {t(m.signIn)}
        </ButtonLink>
      </AccountPanel>
    );
  }
  return <SetupForm token={token} onSpent={() => setSpent(true)} />;
}

function SetupForm({ token, onSpent }: { token: string; onSpent: () => void }) {
  const t = useText();
  const checks = useChecks();
  const describe = useDescribe();
  const session = useSession();
  const navigate = useNavigate();
  const claim = useMutation(AccountService.method.claimSetup);
  const form = useForm<AccountValues>({
    initial: { displayName: '', email: '', password: '' },
    draftKey: 'setup',
    draftLeavesOut: ['password'],
    validate: (values) => checks(checkAccount(values)),
    describe,
    submit: async ({ displayName, email, password }) => {
      const account = { displayName: displayName.trim(), email: email.trim(), password };
      try {
        await claim.mutateAsync({ ...account, token });
      } catch (error) {
        if (toProblem(error).reason !== 'LINK_INVALID') throw error;
        return onSpent();
      }
      await session.signIn(account.email, password);
      await navigate({ to: '/admin/approvals', replace: true });
    },
  });
  return (
    <AccountPanel title={t(m.setupTitle)} lead={t(m.setupLead)}>
      <Stack as="form" gap={6} {...form.props}>
        <AccountFields form={form} />
        <FormProblem problem={form.problem} />
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {t(m.setup)}
        </Button>
      </Stack>
    </AccountPanel>
  );
}
