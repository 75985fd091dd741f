import { EventState } from '~/gen/plenary/events/v1/event_pb';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { Badge } from '~/ui/badge';
import { m } from './messages';

type Tone = 'neutral' | 'accent' | 'warning' | 'danger' | 'live';

const looks: Readonly<Record<EventState, { text: Message; tone: Tone }>> = {
  [EventState.UNSPECIFIED]: { text: m.draft, tone: 'neutral' },
  [EventState.DRAFT]: { text: m.draft, tone: 'neutral' },
  [EventState.SUBMITTED]: { text: m.submitted, tone: 'neutral' },
  [EventState.APPROVED]: { text: m.approved, tone: 'accent' },
  [EventState.REJECTED]: { text: m.rejected, tone: 'warning' },
  [EventState.PUBLISHED]: { text: m.published, tone: 'accent' },
  [EventState.LIVE]: { text: m.live, tone: 'live' },
  [EventState.ENDED]: { text: m.ended, tone: 'neutral' },
  [EventState.CANCELLED]: { text: m.cancelled, tone: 'danger' },
};

/** Where an event is in its life, in a word. */
export function StateBadge({ state }: { state: EventState }) {
  const t = useText();
  const { text, tone } = looks[state];
  return <Badge tone={tone}>{t(text)}</Badge>;
}
