import { timestampDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { type DiscoverSearch, discoverSearch } from './search';
import { windowOf } from './window';

const NOON = new Date('2026-11-25T10:00:00Z');

function window(search: DiscoverSearch, now = NOON, zone = 'Europe/Berlin') {
  const found = windowOf(search, now, zone);
  const iso = (at: Parameters<typeof timestampDate>[0] | undefined) =>
    at && timestampDate(at).toISOString().slice(0, 16);
  return found.liveOnly ? 'live' : [iso(found.fromTime), iso(found.untilTime)];
}

describe('a window of time', () => {
  it('is of whole days on the viewer’s calendar', () => {
    expect(window({ when: 'today' })).toEqual(['2026-11-24T23:00', '2026-11-25T23:00']);
    // Late in the evening of the 25th in UTC it is the 26th in Tokyo.
    const late = new Date('2026-11-25T20:00:00Z');
    expect(window({ when: 'today' }, late, 'Asia/Tokyo')).toEqual([
      '2026-11-25T15:00',
      '2026-11-26T15:00',
    ]);
    expect(window({ from: '2026-12-01', to: '2026-12-01' })).toEqual([
      '2026-11-30T23:00',
      '2026-12-01T23:00',
    ]);
    expect(window({ from: '2026-12-01' })).toEqual(['2026-11-30T23:00', undefined]);
    expect(window({ to: '2026-12-01' })).toEqual([undefined, '2026-12-01T23:00']);
    expect(window({})).toEqual([undefined, undefined]);
    expect(window({ when: 'live' })).toBe('live');
  });

  it('of a week ends with its Sunday, of a month with its last day', () => {
    const ends = (search: DiscoverSearch, now: string) => window(search, new Date(now), 'UTC')[1];
    expect(ends({ when: 'week' }, '2026-11-25T10:00:00Z')).toBe('2026-11-30T00:00');
    expect(ends({ when: 'week' }, '2026-11-29T10:00:00Z')).toBe('2026-11-30T00:00');
    expect(ends({ when: 'week' }, '2026-11-30T10:00:00Z')).toBe('2026-12-07T00:00');
    expect(ends({ when: 'month' }, '2026-12-31T10:00:00Z')).toBe('2027-01-01T00:00');
  });

  it('has as many hours as the day, also when clocks change', () => {
    // Berlin goes back on 25 October 2026.
    const now = new Date('2026-10-25T10:00:00Z');
    expect(window({ when: 'today' }, now)).toEqual(['2026-10-24T22:00', '2026-10-25T23:00']);
  });
});

describe('the address', () => {
  it('keeps what makes sense', () => {
    expect(discoverSearch({ q: ' rust ', when: 'week' })).toEqual({ q: 'rust', when: 'week' });
    expect(discoverSearch({ when: 'never', from: '2026-02-30', to: 'x' })).toEqual({});
    expect(discoverSearch({ from: '2026-12-02', to: '2026-12-01' })).toEqual({
      from: '2026-12-02',
    });
    expect(discoverSearch({ when: 'today', from: '2026-12-02' })).toEqual({ when: 'today' });
    expect(discoverSearch({ from: '2026-12-01', to: '2026-12-02' })).toEqual({
      from: '2026-12-01',
      to: '2026-12-02',
    });
  });
});
