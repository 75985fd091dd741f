import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { useSession } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Dialog } from '~/ui/dialog';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { m } from './messages';

/** Ends every session at once, after a second thought. */
export function EverywhereSection() {
  const t = useText();
  const session = useSession();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const signOut = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await session.signOut({ everywhere: true });
      await navigate({ to: '/' });
      showToast(t(m.everywhereDone));
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };
  return (
    <Card as="section" aria-labelledby="sessions">
      <Stack gap={4} align="start">
        <h2 id="sessions">{t(m.sessions)}</h2>
        <p>{t(m.sessionsText)}</p>
        <Button onClick={() => setAsked(true)}>{t(m.everywhere)}</Button>
      </Stack>
      <Dialog
        open={asked}
        onOpenChange={setAsked}
        title={t(m.everywhereTitle)}
        description={t(m.everywhereText)}
        actions={
          <>
            <Button onClick={() => setAsked(false)}>{t(m.keep)}</Button>
            <Button tone="danger" busy={busy} onClick={() => void signOut()}>
              {t(m.everywhere)}
            </Button>
          </>
        }
      >
        <FormProblem problem={problem} />
      </Dialog>
    </Card>
  );
}
