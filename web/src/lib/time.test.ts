import { describe, expect, it } from 'vitest';
import { englishFor } from '~/lib/i18n/locale';
import { translate } from '~/lib/i18n/text';
import {
  countdown,
  dayInWords,
  distanceInWords,
  endInWords,
  inBothZones,
  spanInWords,
  type TimeContext,
} from './time';

const locale = englishFor(['en-GB']);
const at = (now: string, zone = 'Europe/Helsinki'): TimeContext => ({
  t: (message, values) => translate(locale, message, values),
  now: new Date(now),
  zone,
  formats: 'en-GB',
});

describe('days in words', () => {
  const context = at('2026-11-30T10:00:00Z');
  it.each([
    ['2026-11-30T20:00:00Z', 'Today'],
    // 22:30 in UTC is past midnight in Helsinki.
    ['2026-11-30T22:30:00Z', 'Tomorrow'],
    ['2026-11-29T12:00:00Z', 'Yesterday'],
    ['2026-12-04T12:00:00Z', 'Friday'],
    ['2026-12-09T12:00:00Z', 'Wed 9 December'],
    ['2027-01-05T12:00:00Z', 'Tue 5 January 2027'],
  ])('%s is %s', (instant, words) => {
    expect(dayInWords(new Date(instant), context).replace(',', '')).toBe(words);
  });
});

describe('spans', () => {
  it('names a second day only when it is another one', () => {
    const context = at('2026-11-30T10:00:00Z');
    const start = new Date('2026-12-01T16:00:00Z');
    expect(spanInWords(start, new Date('2026-12-01T18:00:00Z'), context)).toBe(
      'Tomorrow, 18:00 – 20:00',
    );
    expect(spanInWords(start, new Date('2026-12-01T23:00:00Z'), context)).toBe(
      'Tomorrow, 18:00 – Wednesday, 01:00',
    );
  });
});

describe('ends', () => {
  it.each([
    ['2026-12-01T18:00:00Z', '20:00'],
    // Midnight belongs to the next day.
    ['2026-12-01T22:00:00Z', 'Wednesday, 00:00'],
    ['2026-12-09T18:00:00Z', 'Wed 9 December, 20:00'],
  ])('of %s is %s', (end, words) => {
    const context = at('2026-11-30T10:00:00Z');
    const said = endInWords(new Date('2026-12-01T16:00:00Z'), new Date(end), context);
    expect(said.replace('Wed,', 'Wed')).toBe(words);
  });
});

describe('both zones', () => {
  const start = new Date('2026-12-01T16:00:00Z');
  it('says the time here and the time there', () => {
    expect(inBothZones(start, undefined, 'America/New_York', at('2026-11-30T10:00:00Z'))).toEqual({
      viewer: 'Tomorrow, 18:00 your time',
      event: 'Tomorrow, 11:00 in New York',
    });
  });
  it('says it once where the clocks agree', () => {
    expect(
      inBothZones(start, undefined, 'Europe/Kyiv', at('2026-11-30T10:00:00Z')).event,
    ).toBeUndefined();
  });
  it('says both where the clocks agree at the start only', () => {
    // Chicago goes back on 1 November, Bogotá does not.
    const context = at('2026-10-30T10:00:00Z', 'America/Bogota');
    const found = inBothZones(
      new Date('2026-11-01T05:00:00Z'),
      new Date('2026-11-01T08:00:00Z'),
      'America/Chicago',
      context,
    );
    expect(found).toEqual({
      viewer: 'Sunday, 00:00 – 03:00 your time',
      event: 'Sunday, 00:00 – 02:00 in Chicago',
    });
  });
  it('knows that UTC is no place', () => {
    expect(inBothZones(start, undefined, 'UTC', at('2026-11-30T10:00:00Z')).event).toBe(
      'Tomorrow, 16:00 UTC',
    );
  });
});

it('counts down without going below nothing', () => {
  expect([247_000, 3_661_000, 400, -5].map(countdown)).toEqual(['4:07', '1:01:01', '0:01', '0:00']);
});

it('says how far away something is', () => {
  const now = new Date('2026-11-30T10:00:00Z');
  const words = (iso: string) => distanceInWords(new Date(iso), now, 'en');
  expect(words('2026-11-30T10:05:30Z')).toBe('in 5 minutes');
  expect(words('2026-11-30T07:50:00Z')).toBe('2 hours ago');
  expect(words('2026-11-30T10:00:20Z')).toBe('now');
});
