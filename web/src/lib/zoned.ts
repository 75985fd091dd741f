import { offsetMinutes } from '~/lib/time';

/** A time on the wall clock of some zone, as <input type="datetime-local"> writes it: "2026-12-02T18:00". */
export type WallTime = string;

/** How a wall time relates to real time on the days when clocks change. */
export type ZonedResult =
  | { kind: 'exact'; instant: Date }
  /** Happens twice (clocks go back); `instant` is the first of the two. */
  | { kind: 'twice'; instant: Date; second: Date }
  /** Never happens (clocks go forward); `instant` is as far after the gap as was asked. */
  | { kind: 'skipped'; instant: Date };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The instant at which clocks in `zone` show `wall`; undefined when `wall` is no date and time. */
export function instantOf(wall: WallTime, zone: string): ZonedResult | undefined {
  const asUtc_ms = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc_ms)) return undefined;
  const before = offsetMinutes(new Date(asUtc_ms - DAY_MS), zone);
  const after = offsetMinutes(new Date(asUtc_ms + DAY_MS), zone);
  const candidates = [...new Set([before, after])]
    .map((offset) => new Date(asUtc_ms - offset * MINUTE_MS))
    .filter((instant) => wallTimeOf(instant, zone) === wall.slice(0, 16))
    .sort((a, b) => a.getTime() - b.getTime());
  const [first, second] = candidates;
  if (first && second) return { kind: 'twice', instant: first, second };
  if (first) return { kind: 'exact', instant: first };
  return { kind: 'skipped', instant: new Date(asUtc_ms - before * MINUTE_MS) };
}

/** What clocks in `zone` show at `instant`, to the minute. */
export function wallTimeOf(instant: Date, zone: string): WallTime {
  const shifted = new Date(instant.getTime() + offsetMinutes(instant, zone) * MINUTE_MS);
  return shifted.toISOString().slice(0, 16);
}

/** "UTC+02:00" at `instant`. */
export function offsetLabel(instant: Date, zone: string): string {
  const minutes = offsetMinutes(instant, zone);
  const size = Math.abs(minutes);
  const clock = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '−' : '+'}${clock}`;
}
