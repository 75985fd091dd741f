import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { TicketType } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { type WallTime, wallTimeOf } from '~/lib/zoned';
import { instantIn } from './draft';

/** How a sale stands at a moment, whether or not the event is open already. */
export type SaleState = 'notYet' | 'on' | 'over';

export function saleStateOf(type: TicketType, now: Date): SaleState {
  const { saleStartTime, saleEndTime } = type;
  if (saleEndTime && timestampDate(saleEndTime) <= now) return 'over';
  if (saleStartTime && timestampDate(saleStartTime) > now) return 'notYet';
  return 'on';
}

/** Seats that somebody has or is about to have: the capacity cannot go below. */
export function takenOf({ soldCount, heldCount }: TicketType): number {
  return soldCount + heldCount;
}

export function wallOf(time: Timestamp | undefined, zone: string): WallTime {
  return time ? wallTimeOf(timestampDate(time), zone) : '';
}

/** What to store for a wall time. One that shows what is stored keeps its seconds; "" is no bound. */
export function boundOf(
  wall: WallTime,
  stored: Timestamp | undefined,
  zone: string,
): Timestamp | undefined {
  if (stored && wallOf(stored, zone) === wall) return stored;
  const instant = instantIn(wall, zone);
  return instant && timestampFromDate(instant);
}

/** What is wrong with a window: it ends before it begins, or begins when the event is over. */
export function windowProblem(
  opens: Date | undefined,
  closes: Date | undefined,
  eventEnds: Date | undefined,
): 'endsEarly' | 'startsLate' | undefined {
  if (opens && closes && closes <= opens) return 'endsEarly';
  if (opens && eventEnds && opens >= eventEnds) return 'startsLate';
  return undefined;
}

/** The window that ends a sale now; one that was still to begin loses its beginning. */
export function endedNow(type: TicketType, now: Date) {
  const began = saleStateOf(type, now) !== 'notYet';
  return {
    saleEndTime: timestampFromDate(now),
    ...(began && type.saleStartTime && { saleStartTime: type.saleStartTime }),
  };
}
