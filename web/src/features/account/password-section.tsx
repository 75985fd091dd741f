import { useMutation } from '@connectrpc/connect-query';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { checkNewPassword } from './checks';
import { m } from './messages';
import { useChecks, useDescribe } from './use-checks';
import { WaitNotice } from './wait-notice';

const EMPTY = { currentPassword: '', newPassword: '' };

/** Another password, for whoever knows the current one. */
export function PasswordSection({ email }: { email: string }) {
  const t = useText();
  const checks = useChecks();
  const describe = useDescribe();
  const requestIdFor = useRequestIdFor();
  const change = useMutation(AccountService.method.changePassword);
  const form = useForm({
    initial: EMPTY,
    validate: ({ currentPassword, newPassword }) =>
      checks({
        currentPassword: currentPassword ? undefined : m.passwordMissing,
        newPassword:
          checkNewPassword(newPassword) ??
          (newPassword === currentPassword ? m.passwordSame : undefined),
      }),
    describe,
    submit: async (values) => {
      await change.mutateAsync({ ...values, requestId: requestIdFor(values) });
      form.reset(EMPTY);
      showToast(t(m.passwordChanged));
    },
  });
  return (
    <Card as="section" aria-labelledby="password">
      <Stack as="form" gap={6} {...form.props}>
        <h2 id="password">{t(m.changePassword)}</h2>
        <p>{t(m.changePasswordText)}</p>
        {/* Tells a password manager whose password it is. */}
        <input hidden readOnly aria-label={t(m.email)} autoComplete="username" value={email} />
        <Field label={t(m.currentPassword)} error={form.errors.currentPassword}>
          <TextInput
            type="password"
            autoComplete="current-password"
            {...form.text('currentPassword')}
          />
        </Field>
        <Field label={t(m.newPassword)} hint={t(m.passwordHint)} error={form.errors.newPassword}>
          <TextInput type="password" autoComplete="new-password" {...form.text('newPassword')} />
        </Field>
        {form.problem?.retryAfter ? (
          <WaitNotice problem={form.problem} />
        ) : (
          <FormProblem problem={form.problem} />
        )}
        <div>
          <Button type="submit" busy={form.submitting}>
            {t(m.changePassword)}
          </Button>
        </div>
      </Stack>
    </Card>
  );
}
