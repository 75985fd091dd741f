/** What the address of the discover page holds, so that it can be shared and gone back to. */
export interface DiscoverSearch {
  /** What is searched for. */
  q?: string;
  /** One of the times that have a name; not together with days of one's own. */
  when?: When;
  /** First and last day, "2026-12-02", on the viewer's calendar. */
  from?: string;
  to?: string;
}

export const WHENS = ['live', 'today', 'week', 'month'] as const;
export type When = (typeof WHENS)[number];

/** The longest that anybody searches for on purpose. */
const QUERY_MAX = 120;

export function discoverSearch(search: Record<string, unknown>): DiscoverSearch {
  const query = typeof search.q === 'string' ? search.q.trim().slice(0, QUERY_MAX) : '';
  const q = query && { q: query };
  const when = WHENS.find((name) => name === search.when);
  if (when) return { ...q, when };
  const [from, to] = [dayOf(search.from), dayOf(search.to)];
  // Days the wrong way round are nobody's wish: the first one stays.
  const ordered = !from || !to || from <= to;
  return { ...q, ...(from && { from }), ...(to && ordered && { to }) };
}

/** A day of the calendar as <input type="date"> writes it, or undefined. */
function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  // The thirtieth of February is the second of March to a Date.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
  return exists ? value : undefined;
}
