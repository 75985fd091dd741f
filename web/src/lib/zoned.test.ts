import { describe, expect, it } from 'vitest';
import { instantOf, offsetLabel, wallTimeOf } from './zoned';

describe('a time on the wall', () => {
  it.each([
    ['2026-12-02T18:00', 'Europe/Helsinki', '2026-12-02T16:00:00.000Z'],
    ['2026-07-02T18:00', 'Europe/Helsinki', '2026-07-02T15:00:00.000Z'],
    ['2026-12-02T18:00', 'America/New_York', '2026-12-02T23:00:00.000Z'],
    ['2026-12-02T18:00', 'Asia/Kathmandu', '2026-12-02T12:15:00.000Z'],
    ['2026-12-02T18:00', 'UTC', '2026-12-02T18:00:00.000Z'],
  ])('%s in %s is %s', (wall, zone, instant) => {
    expect(instantOf(wall, zone)).toEqual({ kind: 'exact', instant: new Date(instant) });
    expect(wallTimeOf(new Date(instant), zone)).toBe(wall);
  });

  it('comes twice when clocks go back', () => {
    expect(instantOf('2026-10-25T03:30', 'Europe/Helsinki')).toEqual({
      kind: 'twice',
      instant: new Date('2026-10-25T00:30:00Z'),
      second: new Date('2026-10-25T01:30:00Z'),
    });
  });

  it('does not exist when clocks go forward', () => {
    const found = instantOf('2026-03-29T03:30', 'Europe/Helsinki');
    expect(found).toEqual({ kind: 'skipped', instant: new Date('2026-03-29T01:30:00Z') });
    expect(wallTimeOf(new Date('2026-03-29T01:30:00Z'), 'Europe/Helsinki')).toBe(
      '2026-03-29T04:30',
    );
  });

  it('is nothing when it is not one', () => {
    expect(instantOf('', 'UTC')).toBeUndefined();
  });

  it('is labelled with what is ahead of UTC then', () => {
    const winter = new Date('2026-12-02T12:00:00Z');
    expect(
      ['UTC', 'Europe/Helsinki', 'America/New_York'].map((zone) => offsetLabel(winter, zone)),
    ).toEqual(['UTC', 'UTC+02:00', 'UTC−05:00']);
  });
});
