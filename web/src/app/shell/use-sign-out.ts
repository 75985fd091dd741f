import { useNavigate } from '@tanstack/react-router';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useSession } from '~/lib/session/use-session';
import { showToast } from '~/ui/toast';
import { m } from './messages';

/** Ends the session, says so, and goes where visitors may be. */
export function useSignOut(): (options: { everywhere: boolean }) => Promise<void> {
  const t = useText();
  const session = useSession();
  const navigate = useNavigate();
  return async (options) => {
    try {
      await session.signOut(options);
      await navigate({ to: '/' });
      showToast(t(m.signedOut));
    } catch (error) {
      showToast(t(toProblem(error).title), { tone: 'danger' });
    }
  };
}
