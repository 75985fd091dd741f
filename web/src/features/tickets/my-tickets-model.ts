import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Ticket } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { admits } from './next-step';

/** The tickets that one has for one event. */
export interface TicketGroup {
  eventId: string;
  title: string;
  start: Date | undefined;
  tickets: Ticket[];
}

export interface MyTickets {
  /** What is next, shown large. */
  next: TicketGroup | undefined;
  upcoming: TicketGroup[];
  /** Of events that are over, and void ones; newest first. */
  past: TicketGroup[];
}

function endOf(ticket: Ticket): number {
  return ticket.eventEndTime
    ? timestampDate(ticket.eventEndTime).getTime()
    : Number.POSITIVE_INFINITY;
}

function groupsOf(tickets: readonly Ticket[]): TicketGroup[] {
  const groups = new Map<string, TicketGroup>();
  for (const ticket of tickets) {
    const group = groups.get(ticket.eventId);
    if (group) group.tickets.push(ticket);
    else {
      groups.set(ticket.eventId, {
        eventId: ticket.eventId,
        title: ticket.eventTitle,
        start: ticket.eventStartTime && timestampDate(ticket.eventStartTime),
        tickets: [ticket],
      });
    }
  }
  return [...groups.values()];
}

const startOf = (group: TicketGroup) => group.start?.getTime() ?? Number.POSITIVE_INFINITY;

export function sortTickets(tickets: readonly Ticket[], now: Date): MyTickets {
  const ahead = (ticket: Ticket) => admits(ticket) && endOf(ticket) > now.getTime();
  const [next, ...upcoming] = groupsOf(tickets.filter(ahead)).sort(
    (a, b) => startOf(a) - startOf(b),
  );
  const past = groupsOf(tickets.filter((ticket) => !ahead(ticket)));
  return { next, upcoming, past: past.sort((a, b) => startOf(b) - startOf(a)) };
}
