import { describe, expect, it } from 'vitest';
import { OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { Availability } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { anOrder, aType } from '../../../test/fixtures';
import {
  type AttendeeValues,
  attendeeField,
  attendeesOf,
  checkAttendees,
  faceOf,
  fitSelection,
  holdAnnouncement,
  placesOf,
  totalOf,
} from './checkout-model';
import { m } from './messages';

const regular = aType();
const student = aType({ id: 'tty_01student', name: 'Student', maxPerOrder: 1 });
const few = aType({ availability: Availability.FEW_LEFT, remainingCount: 2 });
const gone = aType({ id: 'tty_01gone', availability: Availability.SOLD_OUT });

describe('a selection', () => {
  it('chooses the only type there is, until somebody touches it', () => {
    expect(fitSelection({}, [regular, gone])).toEqual({ [regular.id]: 1 });
    expect(fitSelection({ [regular.id]: 0 }, [regular, gone])).toEqual({ [regular.id]: 0 });
    expect(fitSelection({}, [regular, student])).toEqual({ [regular.id]: 0, [student.id]: 0 });
  });

  it('never asks for more than can be had', () => {
    expect(fitSelection({ [few.id]: 4 }, [few, student])).toMatchObject({ [few.id]: 2 });
    expect(fitSelection({ [student.id]: 3 }, [regular, student])).toMatchObject({
      [student.id]: 1,
    });
    expect(fitSelection({ [gone.id]: 1 }, [regular, student, gone])).not.toHaveProperty(gone.id);
  });

  it('is summed in one currency or not at all', () => {
    const price = (currencyCode: string, amountMinor: bigint) => ({ currencyCode, amountMinor });
    const one = aType({ id: 'a', price: price('EUR', 1250n) });
    const two = aType({ id: 'b', price: price('EUR', 500n) });
    const other = aType({ id: 'c', price: price('USD', 500n) });
    expect(totalOf({ a: 2, b: 1 }, [one, two, other])).toEqual(price('EUR', 3000n));
    expect(totalOf({ a: 1, c: 1 }, [one, two, other])).toBeUndefined();
  });
});

describe('an order', () => {
  it('is over when its time is, whatever the server has noticed', () => {
    expect(faceOf(anOrder(), 1).kind).toBe('held');
    expect(faceOf(anOrder(), 0).kind).toBe('expired');
    expect(faceOf(anOrder({ state: OrderState.COMPLETED }), -1).kind).toBe('done');
    expect(faceOf(anOrder({ state: OrderState.CANCELLED }), 1).kind).toBe('cancelled');
  });

  it('is heard of twice, not each second', () => {
    expect([600_000, 120_000, 31_000, 30_000, 0].map(holdAnnouncement)).toEqual([
      undefined,
      'minutes',
      'minutes',
      'seconds',
      undefined,
    ]);
  });

  it('has a place for each ticket, in the order of its lines', () => {
    const lines = [
      { ticketTypeId: 'a', ticketTypeName: 'Regular', quantity: 2 },
      { ticketTypeId: 'b', ticketTypeName: 'Student', quantity: 1 },
    ];
    expect(placesOf(anOrder({ lines }))).toEqual(['Regular', 'Regular', 'Student']);
  });
});

describe('attendees', () => {
  const values: AttendeeValues = {
    together: false,
    name0: ' Ada ',
    email0: 'ada@example.org',
    name1: '',
    email1: 'nonsense',
  };

  it('are one for all, or one for each place', () => {
    expect(attendeesOf({ ...values, together: true }, 2)).toEqual([
      { name: 'Ada', email: 'ada@example.org' },
    ]);
    expect(attendeesOf(values, 2)).toHaveLength(2);
  });

  it('are checked where they are needed', () => {
    expect(checkAttendees(values, 2)).toEqual({ name1: m.nameMissing, email1: m.emailWrong });
    expect(checkAttendees({ ...values, together: true }, 2)).toEqual({});
  });

  it('take the server’s violations at their fields', () => {
    expect(attendeeField('details.attendees[1].email')).toBe('email1');
    expect(attendeeField('request_id')).toBe('request_id');
  });
});
