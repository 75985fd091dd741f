import { useMutation } from '@connectrpc/connect-query';
import { useEffect, useRef } from 'react';
import { AccountService } from '~/gen/plenary/identity/v1/account_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { safeReturnPath } from '~/lib/return-path';
import { useSession, useSessionState } from '~/lib/session/use-session';
import { LinkButton } from '~/ui/button';
import { ButtonLink } from '~/ui/link';
import { Progress } from '~/ui/progress';
import { ErrorState } from '~/ui/states';
import { AccountPanel } from './account-panel';
import { MailForm } from './mail-form';
import { m } from './messages';
import { useFragmentToken } from './use-fragment-token';

/** Where the link of a verification mail leads. */
export function VerifyEmailPage() {
  const t = useText();
  const token = useFragmentToken();
  const session = useSession();
  const verify = useMutation(AccountService.method.verifyEmail);
  // A token is good once, and effects may run twice.
  const tried = useRef<string>(undefined);
  const { mutate } = verify;
  useEffect(() => {
    if (!token || tried.current === token) return;
    tried.current = token;
    mutate(
      { token },
      {
        // Who is signed in has a token that says "not verified" until it is renewed.
        onSuccess: () => {
          if (session.state.get().kind === 'signedIn') void session.refresh();
        },
      },
    );
  }, [token, mutate, session]);

  if (!token) return <NewLink title={t(m.noTokenTitle)} text={t(m.noTokenText)} />;
  if (verify.isSuccess) return <Verified returnPath={verify.data.returnPath} />;
  if (verify.isError) {
    const problem = toProblem(verify.error);
    if (problem.reason === 'LINK_INVALID') {
      return <NewLink title={t(m.linkBadTitle)} text={t(m.linkBadText)} />;
    }
    return (
      <AccountPanel title={t(m.verifyTitle)}>
        <ErrorState problem={problem} onRetry={() => mutate({ token })} />
      </AccountPanel>
    );
  }
  return (
    <AccountPanel title={t(m.verifyTitle)} lead={t(m.verifying)}>
      <Progress label={t(m.verifying)} />
    </AccountPanel>
  );
}

function Verified({ returnPath }: { returnPath: string }) {
  const t = useText();
  const next = safeReturnPath(returnPath || '/');
  const signedIn = useSessionState().kind === 'signedIn';
  return (
    <AccountPanel
      title={t(m.verifiedTitle)}
      icon="check"
      lead={t(signedIn ? m.verifiedSignedIn : m.verifiedText)}
    >
      {signedIn ? (
        <LinkButton href={next} tone="primary" wide>
          {t(m.goOn)}
        </LinkButton>
      ) : (
        <ButtonLink to="/sign-in" search={next === '/' ? {} : { next }} tone="primary" wide>
          {t(m.signIn)}
        </ButtonLink>
      )}
    </AccountPanel>
  );
}

function NewLink({ title, text }: { title: string; text: string }) {
  const t = useText();
  const resend = useMutation(AccountService.method.resendVerification);
  return (
    <MailForm
      title={title}
      lead={text}
      button={t(m.sendNewLink)}
      sent={(email) => ({ title: t(m.checkMailTitle), text: t(m.sentIfThere, { email }) })}
      send={(email) => resend.mutateAsync({ email })}
    />
  );
}
