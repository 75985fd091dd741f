import { useEffect, useState } from 'react';
import { useClock, useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import type { Problem } from '~/lib/problem/problem';
import { Notice } from '~/ui/states';
import { m } from './messages';

/** A refusal for trying too often, and how long it lasts. */
export function WaitNotice({ problem }: { problem: Problem }) {
  const t = useText();
  const clock = useClock();
  const now = useNow(1000);
  const [until, setUntil] = useState(() => clock.now() + (problem.retryAfter ?? 0));
  useEffect(() => setUntil(clock.now() + (problem.retryAfter ?? 0)), [clock, problem]);
  const seconds = Math.ceil((until - now.getTime()) / 1000);
  return (
    <Notice tone="danger">
      <p>{t(problem.title)}</p>
      {/* It changes each second; once is enough to hear it. */}
      {seconds > 0 && <p aria-live="off">{t(m.waitSeconds, { seconds })}</p>}
    </Notice>
  );
}
