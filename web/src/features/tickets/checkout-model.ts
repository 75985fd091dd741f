import { type Order, OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import type { TicketType } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { looksLikeEmail } from '~/lib/email';
import type { Message } from '~/lib/i18n/messages';
import { m } from './messages';
import { canBeHad } from './next-step';

/** How many of each ticket type, by id. */
export type Selection = Readonly<Record<string, number>>;

/** The most that one order takes of a type now. */
export function limitOf(type: TicketType): number {
  if (!canBeHad(type)) return 0;
  // The public is told how many are left only when they are few.
  return type.remainingCount > 0
    ? Math.min(type.maxPerOrder, type.remainingCount)
    : type.maxPerOrder;
}

/** Where a selection is kept until its tickets are there: through signing in, reloading and going back. */
export function choiceDraft(eventId: string): string {
  return `choose.${eventId}`;
}

/** What can still be had of a selection: types may have sold out since. A lone type is chosen for the visitor. */
export function fitSelection(selection: Selection, types: readonly TicketType[]): Selection {
  const open = types.filter((type) => limitOf(type) > 0);
  const [only] = open;
  const fitted = Object.fromEntries(
    open.map((type) => [type.id, Math.min(selection[type.id] ?? 0, limitOf(type))]),
  );
  const untouched = Object.keys(selection).length === 0;
  return untouched && only && open.length === 1 ? { [only.id]: 1 } : fitted;
}

export function countOf(selection: Selection): number {
  return Object.values(selection).reduce((sum, quantity) => sum + quantity, 0);
}

/** Minor units; undefined when types are in several currencies. */
export function totalOf(selection: Selection, types: readonly TicketType[]) {
  const chosen = types.filter((type) => (selection[type.id] ?? 0) > 0 && type.price);
  const currency = chosen[0]?.price?.currencyCode;
  if (!currency || chosen.some((type) => type.price?.currencyCode !== currency)) return undefined;
  const amountMinor = chosen.reduce(
    (sum, type) => sum + (type.price?.amountMinor ?? 0n) * BigInt(selection[type.id] ?? 0),
    0n,
  );
  return { currencyCode: currency, amountMinor };
}

export type Step = 'choose' | 'details' | 'done';

/** Where an order stands for its buyer. */
export type OrderFace =
  | { kind: 'held' }
  | { kind: 'done' }
  | { kind: 'expired' }
  | { kind: 'cancelled' }
  | { kind: 'payment' };

/** A hold whose time is over is over, also before the server has noticed. */
export function faceOf(order: Order, left_ms: number): OrderFace {
  switch (order.state) {
    case OrderState.HELD:
      return left_ms > 0 ? { kind: 'held' } : { kind: 'expired' };
    case OrderState.COMPLETED:
      return { kind: 'done' };
    case OrderState.CANCELLED:
      return { kind: 'cancelled' };
    case OrderState.AWAITING_PAYMENT:
    case OrderState.PROCESSING:
      return { kind: 'payment' };
    default:
      return { kind: 'expired' };
  }
}

/** What a form holds about whom tickets are for: `name0`, `email0`, `name1`, … and whether one stands for all. */
export interface AttendeeValues {
  [field: `name${number}` | `email${number}`]: string;
  together: boolean;
}

/** One entry for each ticket of an order, in the order of its lines: the type's name. */
export function placesOf(order: Order): string[] {
  return order.lines.flatMap((line) =>
    Array.from({ length: line.quantity }, () => line.ticketTypeName),
  );
}

export function attendeesOf(values: AttendeeValues, places: number) {
  const count = values.together ? 1 : places;
  return Array.from({ length: count }, (_, index) => ({
    name: (values[`name${index}`] ?? '').trim(),
    email: (values[`email${index}`] ?? '').trim(),
  }));
}

/** What is missing or wrong, by field. */
export function checkAttendees(
  values: AttendeeValues,
  places: number,
): Partial<Record<keyof AttendeeValues, Message>> {
  const found: Partial<Record<keyof AttendeeValues, Message>> = {};
  for (const [index, { name, email }] of attendeesOf(values, places).entries()) {
    if (!name) found[`name${index}`] = m.nameMissing;
    if (!email) found[`email${index}`] = m.emailMissing;
    else if (!looksLikeEmail(email)) found[`email${index}`] = m.emailWrong;
  }
  return found;
}

/** "details.attendees[1].email" → "email1" */
export function attendeeField(path: string): string {
  const match = /attendees\[(\d+)\]\.(name|email)$/.exec(path);
  return match ? `${match[2]}${match[1]}` : path;
}

/** When a running hold is to be heard of: not each second. */
export function holdAnnouncement(left_ms: number): 'minutes' | 'seconds' | undefined {
  if (left_ms <= 0) return undefined;
  if (left_ms <= 30_000) return 'seconds';
  return left_ms <= 120_000 ? 'minutes' : undefined;
}
