import { useMutation } from '@connectrpc/connect-query';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { m } from './messages';

/** Mails the verification link once more. The answer is the same whether there is such an account or not. */
export function ResendButton({ email }: { email: string }) {
  const t = useText();
  const resend = useMutation(AccountService.method.resendVerification);
  return (
    <div>
      <Button
        size="small"
        icon="mail"
        busy={resend.isPending}
        onClick={() => resend.mutate({ email })}
      >
        {t(m.resend)}
      </Button>
      <p aria-live="polite">
        {resend.isSuccess && t(m.resent)}
        {resend.isError && t(toProblem(resend.error).title)}
      </p>
    </div>
  );
}
