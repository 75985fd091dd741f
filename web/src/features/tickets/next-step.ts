import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Money } from '~/gen/plenary/common/v1/money_pb';
import { type Event, EventState, type Session } from '~/gen/plenary/events/v1/event_pb';
import { type Ticket, TicketState } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { Availability, type TicketType } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';

/** What somebody can do with an event now: there is always one thing, or one reason why there is none. */
export type NextStep =
  | { kind: 'join'; session: Session }
  /** The doors are open; the host is not on air yet. */
  | { kind: 'enter'; session: Session }
  | { kind: 'yourTicket'; count: number }
  | { kind: 'get'; from: Money | undefined; left: number | undefined }
  | { kind: 'soldOut' }
  | { kind: 'notYet'; sale: Date | undefined }
  | { kind: 'saleClosed' }
  | { kind: 'noTickets' }
  | { kind: 'notPublished' }
  | { kind: 'over' }
  | { kind: 'cancelled' };

/** A step that the session's room decides: hosts begin early, run over, and end before the agenda says so. */
export interface AskRoom {
  kind: 'askRoom';
  session: Session;
  /** Whether people may wait inside, by the agenda. */
  doorsOpen: boolean;
  /** The step when there is nothing to join. */
  otherwise: NextStep;
}

/** Where the session's room is in its life; `unknown` when nobody could say. */
export type RoomStanding = 'waiting' | 'onAir' | 'ended' | 'unknown';

interface Situation {
  event: Event;
  /** The viewer's own. */
  tickets: readonly Ticket[];
  types: readonly TicketType[];
  now: Date;
}

/** Doors open this long before a session, so that people find their seat and mend their sound. */
const DOORS_MS = 15 * 60_000;

/** Whether a ticket still admits. */
export function admits(ticket: Ticket): boolean {
  return ticket.state === TicketState.VALID || ticket.state === TicketState.CHECKED_IN;
}

/** How long after its end on the agenda a session may still be on air. */
const OVERRUN_MAX_MS = 6 * 3_600_000;
/** How long before its start a host may begin. */
const EARLY_MAX_MS = 12 * 3_600_000;

/** The live session that is on, about to be, or has just been: the one whose room is asked. */
function sessionToAsk(event: Event, now: Date): Omit<AskRoom, 'kind' | 'otherwise'> | undefined {
  const rooms = event.sessions.filter((session) => session.hasLiveRoom);
  const startOf = (session: Session) =>
    session.startTime ? timestampDate(session.startTime).getTime() : Number.POSITIVE_INFINITY;
  const endOf = (session: Session) =>
    session.endTime ? timestampDate(session.endTime).getTime() : 0;
  const at = now.getTime();
  // The one that began last: what runs on is left behind when the next begins.
  const open = rooms
    .filter((session) => startOf(session) - DOORS_MS <= at && at < endOf(session))
    .at(-1);
  if (open) return { session: open, doorsOpen: true };
  const next = rooms.find((session) => startOf(session) > at);
  const last = rooms.filter((session) => endOf(session) <= at).at(-1);
  // An event that its organizer has started has its doors open, whatever the agenda says.
  const live = event.state === EventState.LIVE ? (next ?? last) : undefined;
  if (live) return { session: live, doorsOpen: true };
  if (last && at - endOf(last) < OVERRUN_MAX_MS) return { session: last, doorsOpen: false };
  if (next && startOf(next) - at < EARLY_MAX_MS) return { session: next, doorsOpen: false };
  return undefined;
}

/** Whether one can be got now. */
export function canBeHad(type: TicketType): boolean {
  return (
    type.availability === Availability.AVAILABLE || type.availability === Availability.FEW_LEFT
  );
}

function cheapest(types: readonly TicketType[]): Money | undefined {
  const prices = types.flatMap((type) => type.price ?? []);
  return prices.sort((a, b) => Number(a.amountMinor - b.amountMinor))[0];
}

function saleOf(types: readonly TicketType[]): NextStep {
  if (types.length === 0) return { kind: 'noTickets' };
  const open = types.filter(canBeHad);
  if (open.length > 0) {
    const few = open.every((type) => type.availability === Availability.FEW_LEFT);
    const left = open.reduce((sum, type) => sum + type.remainingCount, 0);
    return { kind: 'get', from: cheapest(open), left: few ? left : undefined };
  }
  // What is still to come is better news than what is gone.
  const later = types.filter((type) => type.availability === Availability.NOT_YET);
  if (later.length === 0) {
    const gone = types.some((type) => type.availability === Availability.SOLD_OUT);
    return { kind: gone ? 'soldOut' : 'saleClosed' };
  }
  const starts = later.flatMap(({ saleStartTime }) =>
    saleStartTime ? timestampDate(saleStartTime).getTime() : [],
  );
  return { kind: 'notYet', sale: starts.length > 0 ? new Date(Math.min(...starts)) : undefined };
}

export function nextStep({ event, tickets, types, now }: Situation): NextStep | AskRoom {
  if (event.state === EventState.CANCELLED) return { kind: 'cancelled' };
  if (event.state === EventState.ENDED) return { kind: 'over' };
  const open = event.state === EventState.PUBLISHED || event.state === EventState.LIVE;
  if (!open) return { kind: 'notPublished' };
  const own = tickets.filter(admits);
  const otherwise: NextStep =
    own.length > 0 ? { kind: 'yourTicket', count: own.length } : saleOf(types);
  const inside = own.length > 0 || event.access?.canManage === true;
  const asked = inside ? sessionToAsk(event, now) : undefined;
  return asked ? { kind: 'askRoom', ...asked, otherwise } : otherwise;
}

/** The step when the room has answered. */
export function afterRoom(
  { session, doorsOpen, otherwise }: AskRoom,
  room: RoomStanding,
): NextStep {
  if (room === 'onAir') return { kind: 'join', session };
  if (doorsOpen && room !== 'ended') return { kind: 'enter', session };
  return otherwise;
}
