import { useText } from '~/lib/i18n/text';
import { EmptyState, Notice } from '~/ui/states';
import type { CallState } from './call/call';
import { m } from './messages';

const overTexts = {
  left: [m.leftTitle, m.leftText],
  ended: [m.endedTitle, m.endedText],
  elsewhere: [m.elsewhereTitle, m.elsewhereText],
  removed: [m.removedTitle, m.removedText],
} as const;

/** Why one is not in the room any more, or could not come in. */
export function AfterCall({ state }: { state: CallState }) {
  const t = useText();
  if (state.kind === 'failed') return <Notice tone="danger">{t(state.problem.title)}</Notice>;
  if (state.kind !== 'over') return null;
  const [title, text] = overTexts[state.reason];
  return (
    <EmptyState icon="leave" title={t(title)}>
      {t(text)}
    </EmptyState>
  );
}
