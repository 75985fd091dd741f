import { defineMessages } from '~/lib/i18n/messages';
import type { Translate } from '~/lib/i18n/text';

const m = defineMessages('time', {
  today: 'Today',
  tomorrow: 'Tomorrow',
  yesterday: 'Yesterday',
  dayAndTime: '{day}, {time}',
  yourTime: '{when} your time',
  inPlace: '{when} in {place}',
  span: '{from} – {to}',
  inUtc: '{when} UTC',
});

/** What words about time depend on. Built once for a component by `useTimeWords`. */
export interface TimeContext {
  t: Translate;
  now: Date;
  /** IANA name of the zone the words are in. */
  zone: string;
  /** BCP 47, for the order of day and month and for 18:00 or 6 pm. */
  formats: string;
}

const DAY_MS = 86_400_000;

/** A whole number that grows by one each day of `zone`'s calendar. */
function dayNumber(instant: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(
    instant,
  );
  return Date.parse(`${parts}T00:00:00Z`) / DAY_MS;
}

function year(instant: Date, zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' }).format(instant);
}

/** "18:00", or "6:00 pm" where that is usual. */
export function timeInWords(
  instant: Date,
  { zone, formats }: Pick<TimeContext, 'zone' | 'formats'>,
): string {
  return new Intl.DateTimeFormat(formats, { timeZone: zone, timeStyle: 'short' }).format(instant);
}

/** "Today", "Tomorrow", "Friday", "Wed 2 December", "Tue 5 January 2027": never more than is needed. */
export function dayInWords(instant: Date, { t, now, zone, formats }: TimeContext): string {
  const distance = dayNumber(instant, zone) - dayNumber(now, zone);
  if (distance === 0) return t(m.today);
  if (distance === 1) return t(m.tomorrow);
  if (distance === -1) return t(m.yesterday);
  const options: Intl.DateTimeFormatOptions =
    distance > 1 && distance < 7
      ? { weekday: 'long' }
      : { weekday: 'short', day: 'numeric', month: 'long' };
  if (year(instant, zone) !== year(now, zone)) options.year = 'numeric';
  return new Intl.DateTimeFormat(formats, { timeZone: zone, ...options }).format(instant);
}

/** "Tomorrow, 18:00" */
export function momentInWords(instant: Date, context: TimeContext): string {
  return context.t(m.dayAndTime, {
    day: dayInWords(instant, context),
    time: timeInWords(instant, context),
  });
}

/** When something that began at `start` ends: "20:00", or "Wednesday, 01:00" on another day. */
export function endInWords(start: Date, end: Date, context: TimeContext): string {
  const sameDay = dayNumber(start, context.zone) === dayNumber(end, context.zone);
  return sameDay ? timeInWords(end, context) : momentInWords(end, context);
}

/** "Tomorrow, 18:00 – 20:00", naming the second day only when it is another one. */
export function spanInWords(start: Date, end: Date, context: TimeContext): string {
  return context.t(m.span, {
    from: momentInWords(start, context),
    to: endInWords(start, end, context),
  });
}

/** "New York" of "America/New_York". */
export function placeOfZone(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
}

/** Minutes that `zone`'s clocks are ahead of UTC at `instant`. */
export function offsetMinutes(instant: Date, zone: string): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(instant)
    .find((part) => part.type === 'timeZoneName')?.value;
  const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name ?? '');
  if (!match?.[1]) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

export interface BothZones {
  /** "Tomorrow, 18:00 – 20:00 your time" */
  viewer: string;
  /** "Tomorrow, 11:00 – 13:00 in New York"; undefined when the event's clocks show what the viewer's do. */
  event: string | undefined;
}

/** When something happens, in the viewer's zone and in the event's. Without `end`, only the start. */
export function inBothZones(
  start: Date,
  end: Date | undefined,
  eventZone: string,
  context: TimeContext,
): BothZones {
  const say = (zone: string) => {
    const there = { ...context, zone };
    return end ? spanInWords(start, end, there) : momentInWords(start, there);
  };
  const viewer = context.t(m.yourTime, { when: say(context.zone) });
  // At its end, too: clocks may change while it goes on, here and not there.
  const agree = (instant: Date) =>
    offsetMinutes(instant, eventZone) === offsetMinutes(instant, context.zone);
  if (agree(start) && (!end || agree(end))) {
    return { viewer, event: undefined };
  }
  const when = say(eventZone);
  const event = /^(Etc\/)?(UTC|GMT)$/.test(eventZone)
    ? context.t(m.inUtc, { when })
    : context.t(m.inPlace, { when, place: placeOfZone(eventZone) });
  return { viewer, event };
}

const STEPS: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "in 5 minutes", "2 hours ago", "now". */
export function distanceInWords(instant: Date, now: Date, formats: string): string {
  const seconds = (instant.getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat(formats, { numeric: 'auto' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, 'second');
}

/** What a running hold shows: "4:07". Never negative. */
export function countdown(left_ms: number): string {
  const seconds = Math.max(0, Math.ceil(left_ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** The zone of this device. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
