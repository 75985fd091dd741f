import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type Event,
  EventSchema,
  EventState,
  EventSummarySchema,
} from '~/gen/plenary/events/v1/event_pb';
import { type Order, OrderSchema, OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import {
  type Ticket,
  TicketSchema,
  TicketState,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import {
  Availability,
  type TicketType,
  TicketTypeSchema,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';

export const at = (iso: string) => timestampFromDate(new Date(iso));

export const EVENT = 'evt_01evening';

export function anEvent(fields: MessageInitShape<typeof EventSchema> = {}): Event {
  return create(EventSchema, {
    id: EVENT,
    title: 'An evening on ownership',
    summary: 'Three talks.',
    organizationName: 'Nordic Rust Group',
    startTime: at('2026-11-23T16:00:00Z'),
    endTime: at('2026-11-23T19:00:00Z'),
    timeZone: 'Europe/Helsinki',
    state: EventState.PUBLISHED,
    access: { eventId: EVENT, canView: true },
    ...(fields as object),
  });
}

export function aSummary(fields: MessageInitShape<typeof EventSummarySchema> = {}) {
  return create(EventSummarySchema, {
    id: EVENT,
    title: 'An evening on ownership',
    organizationName: 'Nordic Rust Group',
    startTime: at('2026-11-23T16:00:00Z'),
    endTime: at('2026-11-23T19:00:00Z'),
    timeZone: 'Europe/Helsinki',
    state: EventState.PUBLISHED,
    ...(fields as object),
  });
}

export function aType(fields: MessageInitShape<typeof TicketTypeSchema> = {}): TicketType {
  return create(TicketTypeSchema, {
    id: 'tty_01regular',
    eventId: EVENT,
    name: 'Regular',
    price: { currencyCode: 'EUR', amountMinor: 0n },
    capacity: 100,
    maxPerOrder: 4,
    availability: Availability.AVAILABLE,
    ...(fields as object),
  });
}

export function aTicket(fields: MessageInitShape<typeof TicketSchema> = {}): Ticket {
  return create(TicketSchema, {
    id: 'tkt_01ada',
    eventId: EVENT,
    orderId: 'ord_01one',
    ticketTypeName: 'Regular',
    attendeeName: 'Ada Lovelace',
    attendeeEmail: 'ada@example.org',
    state: TicketState.VALID,
    eventTitle: 'An evening on ownership',
    eventStartTime: at('2026-11-23T16:00:00Z'),
    eventEndTime: at('2026-11-23T19:00:00Z'),
    eventTimeZone: 'Europe/Helsinki',
    ...(fields as object),
  });
}

export function anOrder(fields: MessageInitShape<typeof OrderSchema> = {}): Order {
  return create(OrderSchema, {
    id: 'ord_01one',
    eventId: EVENT,
    state: OrderState.HELD,
    lines: [{ ticketTypeId: 'tty_01regular', ticketTypeName: 'Regular', quantity: 1 }],
    holdExpireTime: at('2026-11-22T10:10:00Z'),
    ...(fields as object),
  });
}
