import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  type Event,
  EventState,
  type Session,
  type Speaker,
} from '~/gen/plenary/events/v1/event_pb';
import type { Message } from '~/lib/i18n/messages';
import { m } from './messages';

export interface Day {
  /** The first session's start: names the day. */
  start: Date;
  sessions: Session[];
}

/** Sessions by the calendar day on which they begin in `zone`. */
export function daysOf(sessions: readonly Session[], zone: string): Day[] {
  const dayOf = (instant: Date) =>
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(instant);
  const days = new Map<string, Day>();
  for (const session of sessions) {
    if (!session.startTime) continue;
    const start = timestampDate(session.startTime);
    const key = dayOf(start);
    const day = days.get(key);
    if (day) day.sessions.push(session);
    else days.set(key, { start, sessions: [session] });
  }
  return [...days.values()];
}

export function speakersOf(session: Session, speakers: readonly Speaker[]): Speaker[] {
  return session.speakerIds.flatMap((id) => speakers.find((speaker) => speaker.id === id) ?? []);
}

/** Where a session stands on the clock. */
export function progressOf(session: Session, now: Date): 'ahead' | 'running' | 'over' {
  if (!session.startTime || !session.endTime) return 'ahead';
  if (now < timestampDate(session.startTime)) return 'ahead';
  return now < timestampDate(session.endTime) ? 'running' : 'over';
}

export interface Standing {
  tone: 'neutral' | 'accent' | 'warning' | 'danger';
  text: Message;
}

/** What has to be said of an event's state before anything else; nothing for one that is simply ahead. */
export function standingOf(event: Event): Standing | undefined {
  switch (event.state) {
    case EventState.DRAFT:
      return { tone: 'neutral', text: m.stateDraft };
    case EventState.SUBMITTED:
      return { tone: 'neutral', text: m.stateSubmitted };
    case EventState.APPROVED:
      return { tone: 'accent', text: m.stateApproved };
    case EventState.REJECTED:
      return { tone: 'warning', text: m.stateRejected };
    case EventState.ENDED:
      return { tone: 'neutral', text: m.stateEnded };
    case EventState.CANCELLED:
      return { tone: 'warning', text: m.stateCancelled };
    default:
      return undefined;
  }
}
