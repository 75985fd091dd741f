import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { instantOf, wallTimeOf } from '~/lib/zoned';
import type { DiscoverSearch } from './search';

/** The part of a SearchEventsRequest that says when. */
interface Window {
  fromTime?: Timestamp;
  untilTime?: Timestamp;
  liveOnly?: boolean;
}

/** The times that are asked for, from the first moment of a day to the first one after the last day. */
export function windowOf({ when, from, to }: DiscoverSearch, now: Date, zone: string): Window {
  const today = wallTimeOf(now, zone).slice(0, 10);
  switch (when) {
    case 'live':
      return { liveOnly: true };
    case 'today':
      return between(today, later(today, 1), zone);
    case 'week':
      return between(today, nextMonday(today), zone);
    case 'month':
      return between(today, nextMonth(today), zone);
    default:
      return between(from, to && later(to, 1), zone);
  }
}

function between(from: string | undefined, until: string | undefined, zone: string): Window {
  const [fromTime, untilTime] = [beginning(from, zone), beginning(until, zone)];
  return { ...(fromTime && { fromTime }), ...(untilTime && { untilTime }) };
}

/** When a day begins. Some do not at midnight: where clocks go forward then, it is an hour later. */
function beginning(day: string | undefined, zone: string) {
  const found = day && instantOf(`${day}T00:00`, zone);
  return found ? timestampFromDate(found.instant) : undefined;
}

const asDate = (day: string) => new Date(`${day}T00:00:00Z`);
const asDay = (date: Date) => date.toISOString().slice(0, 10);

function later(day: string, days: number): string {
  const date = asDate(day);
  date.setUTCDate(date.getUTCDate() + days);
  return asDay(date);
}

function nextMonday(day: string): string {
  const weekday = asDate(day).getUTCDay();
  return later(day, (8 - weekday) % 7 || 7);
}

function nextMonth(day: string): string {
  const date = asDate(day);
  return asDay(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)));
}
