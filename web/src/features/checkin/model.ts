import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  CheckInResult,
  type CheckInTicketResponse,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import type { Problem } from '~/lib/problem/problem';

/** What is said of a code: whether to let somebody in, and if not, why. */
export type Verdict = 'first' | 'again' | 'void' | 'unknown' | 'otherEvent' | 'failed';

export interface Scan {
  /** Of the request: the same for a second try of the same scan. */
  id: string;
  code: string;
  at: Date;
  verdict: Verdict;
  /** Of the ticket, when it is one of this event. */
  name: string | undefined;
  type: string | undefined;
  /** When it was first scanned. */
  firstAt: Date | undefined;
  /** Why nothing is known. */
  problem: Problem | undefined;
}

const verdicts: Readonly<Record<CheckInResult, Verdict>> = {
  [CheckInResult.UNSPECIFIED]: 'unknown',
  [CheckInResult.FIRST]: 'first',
  [CheckInResult.AGAIN]: 'again',
  [CheckInResult.VOID]: 'void',
  [CheckInResult.UNKNOWN]: 'unknown',
  [CheckInResult.OTHER_EVENT]: 'otherEvent',
};

interface Read {
  id: string;
  code: string;
  at: Date;
}

export function scanOf(read: Read, { result, ticket }: CheckInTicketResponse): Scan {
  return {
    ...read,
    verdict: verdicts[result],
    name: ticket?.attendeeName,
    type: ticket?.ticketTypeName,
    firstAt: ticket?.checkInTime && timestampDate(ticket.checkInTime),
    problem: undefined,
  };
}

export function failedScan(read: Read, problem: Problem): Scan {
  return {
    ...read,
    verdict: 'failed',
    name: undefined,
    type: undefined,
    firstAt: undefined,
    problem,
  };
}

const RECENT_MAX = 50;

/** The newest first; a second try takes the place of the first. */
export function withScan(scans: readonly Scan[], scan: Scan): Scan[] {
  return [scan, ...scans.filter(({ id }) => id !== scan.id)].slice(0, RECENT_MAX);
}

/** A code that leaves the picture for this long may be meant a second time. */
const GONE_MS = 3_000;

/**
 * A camera sees a code many times a second, and a person holds it there for seconds: it counts once until it has been
 * out of the picture.
 */
export class SeenOnce {
  #code: string | undefined;
  #seen_ms = 0;

  /** Whether `code` is news at `now_ms`. */
  take(code: string, now_ms: number): boolean {
    const fresh = code !== this.#code || now_ms - this.#seen_ms > GONE_MS;
    this.#code = code;
    this.#seen_ms = now_ms;
    return fresh;
  }
}

/** The longest code that the server reads. */
export const CODE_MAX = 512;
