import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CheckInResult,
  CheckInTicketResponseSchema,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { aTicket, at } from '../../../test/fixtures';
import { SeenOnce, scanOf, withScan } from './model';

const read = (id: string) => ({ id, code: 'PLT1:x', at: new Date('2026-11-22T10:00:00Z') });

describe('a code in front of the camera', () => {
  it('counts once until it has been away', () => {
    const seen = new SeenOnce();
    expect(seen.take('a', 0)).toBe(true);
    for (let now_ms = 150; now_ms < 9_000; now_ms += 150)
      expect(seen.take('a', now_ms)).toBe(false);
    expect(seen.take('a', 12_500)).toBe(true);
  });

  it('gives way to another at once', () => {
    const seen = new SeenOnce();
    expect([seen.take('a', 0), seen.take('b', 10), seen.take('a', 20)]).toEqual([true, true, true]);
  });
});

describe('a scan', () => {
  it.each([
    [CheckInResult.FIRST, 'first'],
    [CheckInResult.AGAIN, 'again'],
    [CheckInResult.VOID, 'void'],
    [CheckInResult.UNKNOWN, 'unknown'],
    [CheckInResult.OTHER_EVENT, 'otherEvent'],
    // What a newer server may say: nobody comes in by something we do not understand.
    [CheckInResult.UNSPECIFIED, 'unknown'],
  ])('of result %s is %s', (result, verdict) => {
    expect(scanOf(read('1'), create(CheckInTicketResponseSchema, { result })).verdict).toBe(
      verdict,
    );
  });

  it('knows whom it admits and when it was first scanned', () => {
    const ticket = aTicket({ checkInTime: at('2026-11-22T09:30:00Z') });
    const response = create(CheckInTicketResponseSchema, { result: CheckInResult.AGAIN, ticket });
    expect(scanOf(read('1'), response)).toMatchObject({
      name: 'Ada Lovelace',
      type: 'Regular',
      firstAt: new Date('2026-11-22T09:30:00Z'),
    });
  });

  it('that is tried again takes the place of the first try', () => {
    const scan = (id: string) =>
      scanOf(read(id), create(CheckInTicketResponseSchema, { result: CheckInResult.FIRST }));
    const scans = withScan(withScan(withScan([], scan('1')), scan('2')), scan('1'));
    expect(scans.map(({ id }) => id)).toEqual(['1', '2']);
  });
});
