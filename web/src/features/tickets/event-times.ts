import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Event } from '~/gen/plenary/events/v1/event_pb';

/** Undefined for a draft without times. */
export function eventTimes(event: Event): { start: Date; end: Date } | undefined {
  if (!event.startTime || !event.endTime) return undefined;
  return { start: timestampDate(event.startTime), end: timestampDate(event.endTime) };
}
