import type { ChatMessage } from '~/gen/plenary/engagement/v1/chat_service_pb';

/** A message that was written here and has not come back yet. */
export interface Pending {
  requestId: string;
  text: string;
  /** Why it was refused, or 'TIMEOUT'; undefined while it is on its way. */
  failure?: string | undefined;
}

/** The part of a room's history that is here. Entries are in order; each is here once. */
export interface History {
  entries: ChatMessage[];
  /** Everything from the first entry up to this number is here. */
  seen: bigint;
  /** There are older entries that are not here. */
  hasOlder: boolean;
}

export const emptyHistory: History = { entries: [], seen: 0n, hasOlder: false };

/** The first stretch, which ends with the newest entry. */
export function begin(entries: ChatMessage[], last: bigint, hasOlder: boolean): History {
  return applyDeletions({ entries, seen: last, hasOlder });
}

/** Sorts entries in, in whatever order and however often they come. */
export function merge(history: History, incoming: readonly ChatMessage[]): History {
  const known = new Set(history.entries.map((entry) => entry.sequence));
  const first = history.entries[0]?.sequence ?? 1n;
  const fresh = incoming.filter((entry) => {
    // Older than what is here: it comes with "show older", not out of order.
    if (known.has(entry.sequence) || (history.hasOlder && entry.sequence < first)) return false;
    known.add(entry.sequence);
    return true;
  });
  if (fresh.length === 0) return history;
  const entries = [...history.entries, ...fresh].sort(bySequence);
  let { seen } = history;
  for (const { sequence } of entries) if (sequence === seen + 1n) seen = sequence;
  return applyDeletions({ ...history, entries, seen });
}

/** Puts an older stretch in front. */
export function prepend(history: History, older: ChatMessage[], hasOlder: boolean): History {
  const first = history.entries[0]?.sequence;
  const before = older.filter((entry) => first === undefined || entry.sequence < first);
  return applyDeletions({ ...history, entries: [...before, ...history.entries], hasOlder });
}

/** Whether entries are missing between those that are here. */
export function hasGap(history: History): boolean {
  const last = history.entries.at(-1)?.sequence ?? 0n;
  return last > history.seen;
}

/** What is shown: messages, without entries that only take others away. */
export function visible(history: History): ChatMessage[] {
  return history.entries.filter((entry) => entry.deletesMessageId === '');
}

/** Answers after which nobody knows whether the message was taken: it may still come. */
const OPEN: ReadonlySet<string | undefined> = new Set([undefined, 'TIMEOUT', 'CHAT_UNAVAILABLE']);

/** The pending message that an entry of its author's has made, if any: the oldest with the same words. */
export function madeBy(pending: readonly Pending[], entry: ChatMessage): Pending | undefined {
  return pending.find(({ text, failure }) => text === entry.text && OPEN.has(failure));
}

function applyDeletions(history: History): History {
  const gone = new Set(history.entries.map((entry) => entry.deletesMessageId).filter(Boolean));
  const entries = history.entries.map((entry) =>
    gone.has(entry.id) && !entry.deleted ? { ...entry, deleted: true, text: '' } : entry,
  );
  return { ...history, entries };
}

function bySequence(a: ChatMessage, b: ChatMessage): number {
  return a.sequence < b.sequence ? -1 : 1;
}
