/** What the address of the discover page holds: what is searched for, so that it can be shared and gone back to. */
export interface DiscoverSearch {
  q?: string;
}

/** The longest that anybody searches for on purpose. */
const QUERY_MAX = 120;

export function discoverSearch(search: Record<string, unknown>): DiscoverSearch {
  const query = typeof search.q === 'string' ? search.q.trim().slice(0, QUERY_MAX) : '';
  return query ? { q: query } : {};
}
