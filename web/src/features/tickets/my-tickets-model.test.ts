import { expect, it } from 'vitest';
import { TicketState } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { aTicket, at } from '../../../test/fixtures';
import { sortTickets } from './my-tickets-model';

const now = new Date('2026-11-22T10:00:00Z');
const on = (id: string, day: string, fields = {}) =>
  aTicket({
    id: `tkt_${id}`,
    eventId: `evt_${id.slice(0, 1)}`,
    eventStartTime: at(`2026-11-${day}T16:00:00Z`),
    eventEndTime: at(`2026-11-${day}T18:00:00Z`),
    ...fields,
  });

it('puts the soonest event first, with all of its tickets, and what is over or void last', () => {
  const { next, upcoming, past } = sortTickets(
    [
      on('c1', '28'),
      on('a1', '23'),
      on('a2', '23'),
      on('b1', '25'),
      on('d1', '20'),
      on('e1', '21'),
      on('f1', '24', { state: TicketState.VOID }),
    ],
    now,
  );
  expect(next?.tickets.map(({ id }) => id)).toEqual(['tkt_a1', 'tkt_a2']);
  expect(upcoming.map(({ eventId }) => eventId)).toEqual(['evt_b', 'evt_c']);
  expect(past.map(({ eventId }) => eventId)).toEqual(['evt_f', 'evt_e', 'evt_d']);
});

it('keeps a ticket in reach while its event lasts', () => {
  const running = on('a1', '22', { eventStartTime: at('2026-11-22T09:00:00Z') });
  expect(sortTickets([running], now).next?.tickets).toEqual([running]);
});
