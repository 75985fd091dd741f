import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Money } from '~/gen/plenary/common/v1/money_pb';
import { type Event, EventState, type Session } from '~/gen/plenary/events/v1/event_pb';
import { type Ticket, TicketState } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { Availability, type TicketType } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';

/** What somebody can do with an event now: there is always one thing, or one reason why there is none. */
export type NextStep =
  | { kind: 'join'; session: Session }
  | { kind: 'yourTicket'; count: number }
  | { kind: 'get'; from: Money | undefined; left: number | undefined }
  | { kind: 'soldOut' }
  | { kind: 'notYet'; sale: Date | undefined }
  | { kind: 'saleClosed' }
  | { kind: 'noTickets' }
  | { kind: 'notPublished' }
  | { kind: 'over' }
  | { kind: 'cancelled' };

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

/** The live session to be in now: one that runs or is about to. While the event is live, the next or last one. */
function sessionToJoin(event: Event, now: Date): Session | undefined {
  const rooms = event.sessions.filter((session) => session.hasLiveRoom);
  const startOf = (session: Session) =>
    session.startTime ? timestampDate(session.startTime).getTime() : Number.POSITIVE_INFINITY;
  const endOf = (session: Session) =>
    session.endTime ? timestampDate(session.endTime).getTime() : 0;
  const at = now.getTime();
  // The one that began last: what runs on is left behind when the next begins.
  const open = rooms.filter((session) => startOf(session) - DOORS_MS <= at && at < endOf(session));
  if (open.length > 0) return open.at(-1);
  if (event.state !== EventState.LIVE) return undefined;
  return rooms.find((session) => startOf(session) > at) ?? rooms.at(-1);
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
  if (types.some((type) => type.availability === Availability.SOLD_OUT)) return { kind: 'soldOut' };
  const later = types.filter((type) => type.availability === Availability.NOT_YET);
  if (later.length === 0) return { kind: 'saleClosed' };
  const starts = later.flatMap(({ saleStartTime }) =>
    saleStartTime ? timestampDate(saleStartTime).getTime() : [],
  );
  return { kind: 'notYet', sale: starts.length > 0 ? new Date(Math.min(...starts)) : undefined };
}

export function nextStep({ event, tickets, types, now }: Situation): NextStep {
  if (event.state === EventState.CANCELLED) return { kind: 'cancelled' };
  if (event.state === EventState.ENDED) return { kind: 'over' };
  const open = event.state === EventState.PUBLISHED || event.state === EventState.LIVE;
  if (!open) return { kind: 'notPublished' };
  const own = tickets.filter(admits);
  const inside = own.length > 0 || event.access?.canManage === true;
  const session = inside ? sessionToJoin(event, now) : undefined;
  if (session) return { kind: 'join', session };
  if (own.length > 0) return { kind: 'yourTicket', count: own.length };
  return saleOf(types);
}
