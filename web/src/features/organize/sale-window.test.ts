import { timestampDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { aType, at } from '../../../test/fixtures';
import { boundOf, endedNow, saleStateOf, wallOf, windowProblem } from './sale-window';

const NOW = new Date('2026-11-22T10:00:00Z');

describe('the sale of a ticket type', () => {
  it('is on between its bounds, and without them', () => {
    expect(saleStateOf(aType(), NOW)).toBe('on');
    expect(saleStateOf(aType({ saleStartTime: at('2026-11-22T10:00:01Z') }), NOW)).toBe('notYet');
    expect(saleStateOf(aType({ saleEndTime: at('2026-11-22T10:00:00Z') }), NOW)).toBe('over');
  });

  it('ends now, and loses a beginning that never came', () => {
    const begun = aType({ saleStartTime: at('2026-11-01T00:00:00Z') });
    expect(endedNow(begun, NOW)).toMatchObject({ saleStartTime: begun.saleStartTime });
    const planned = aType({ saleStartTime: at('2026-12-01T00:00:00Z') });
    expect(endedNow(planned, NOW)).not.toHaveProperty('saleStartTime');
    expect(timestampDate(endedNow(planned, NOW).saleEndTime)).toEqual(NOW);
  });

  it('keeps the seconds of a bound that was not touched, and reads others on the event’s clocks', () => {
    const stored = at('2026-12-01T17:00:42Z');
    const wall = wallOf(stored, 'Europe/Berlin');
    expect(wall).toBe('2026-12-01T18:00');
    expect(boundOf(wall, stored, 'Europe/Berlin')).toBe(stored);
    const moved = boundOf('2026-12-01T19:00', stored, 'Europe/Berlin');
    expect(moved && timestampDate(moved)).toEqual(new Date('2026-12-01T18:00:00Z'));
    expect(boundOf('', stored, 'Europe/Berlin')).toBeUndefined();
  });

  it('has to close after it opens, and to open before the event is over', () => {
    const [first, second] = [NOW, new Date(NOW.getTime() + 60_000)];
    expect(windowProblem(second, first, undefined)).toBe('endsEarly');
    expect(windowProblem(first, first, undefined)).toBe('endsEarly');
    expect(windowProblem(second, undefined, first)).toBe('startsLate');
    expect(windowProblem(first, second, second)).toBeUndefined();
    expect(windowProblem(undefined, undefined, undefined)).toBeUndefined();
  });
});
