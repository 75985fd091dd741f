import { timestampDate } from '@bufbuild/protobuf/wkt';
import { EventState, type EventSummary } from '~/gen/plenary/events/v1/event_pb';

export interface Shelf {
  kind: 'live' | 'next' | 'later';
  events: EventSummary[];
}

/**
 * Events as the page lays them out: what is on now, the very next one large, then the rest. The list comes soonest
 * first and keeps that order.
 */
export function shelvesOf(events: readonly EventSummary[], now: Date): Shelf[] {
  const isOn = (event: EventSummary) =>
    event.state === EventState.LIVE ||
    (event.startTime !== undefined && timestampDate(event.startTime) <= now);
  const live = events.filter(isOn);
  const [first, ...rest] = events.filter((event) => !isOn(event));
  const shelves: Shelf[] = [
    { kind: 'live', events: live },
    { kind: 'next', events: first ? [first] : [] },
    { kind: 'later', events: rest },
  ];
  return shelves.filter((shelf) => shelf.events.length > 0);
}
