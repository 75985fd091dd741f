import { describe, expect, it } from 'vitest';
import { EventState } from '~/gen/plenary/events/v1/event_pb';
import { TicketState } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { Availability } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { anEvent, aTicket, aType, at } from '../../../test/fixtures';
import { afterRoom, nextStep, type RoomStanding } from './next-step';

const sessions = [
  {
    id: 'ses_1',
    title: 'First',
    startTime: at('2026-11-23T16:00:00Z'),
    endTime: at('2026-11-23T17:00:00Z'),
    hasLiveRoom: true,
  },
  {
    id: 'ses_2',
    title: 'Second',
    startTime: at('2026-11-23T17:00:00Z'),
    endTime: at('2026-11-23T18:00:00Z'),
    hasLiveRoom: true,
  },
];
const before = new Date('2026-11-22T10:00:00Z');
const situation = { event: anEvent({ sessions }), tickets: [], types: [aType()], now: before };

describe('the next step', () => {
  it('is a ticket for who has none, with what is left when that is little', () => {
    expect(nextStep(situation)).toMatchObject({ kind: 'get', left: undefined });
    const few = aType({ availability: Availability.FEW_LEFT, remainingCount: 3 });
    expect(nextStep({ ...situation, types: [few] })).toMatchObject({ kind: 'get', left: 3 });
    expect(nextStep({ ...situation, types: [few, aType()] })).toMatchObject({ left: undefined });
  });

  it.each([
    [[], { kind: 'noTickets' }],
    [[Availability.SOLD_OUT, Availability.CLOSED], { kind: 'soldOut' }],
    [[Availability.CLOSED], { kind: 'saleClosed' }],
    [[Availability.NOT_YET], { kind: 'notYet' }],
    [[Availability.SOLD_OUT, Availability.NOT_YET], { kind: 'notYet' }],
  ])('says why there is none (%#)', (availabilities, step) => {
    const types = availabilities.map((availability) => aType({ availability }));
    expect(nextStep({ ...situation, types })).toMatchObject(step);
  });

  it('is the ticket for who has one that admits', () => {
    expect(nextStep({ ...situation, tickets: [aTicket(), aTicket()] })).toEqual({
      kind: 'yourTicket',
      count: 2,
    });
    const isVoid = aTicket({ state: TicketState.VOID });
    expect(nextStep({ ...situation, tickets: [isVoid] }).kind).toBe('get');
  });

  const told = (room: RoomStanding, changes: Partial<typeof situation>) => {
    const step = nextStep({ ...situation, ...changes });
    const settled = step.kind === 'askRoom' ? afterRoom(step, room) : step;
    return 'session' in settled ? `${settled.kind} ${settled.session.id}` : settled.kind;
  };
  const holder = { tickets: [aTicket()] as never[] };

  it.each([
    ['2026-11-23T03:00:00Z', 'waiting', 'yourTicket'],
    ['2026-11-23T15:44:59Z', 'waiting', 'yourTicket'],
    ['2026-11-23T15:44:59Z', 'onAir', 'join ses_1'],
    ['2026-11-23T15:45:00Z', 'waiting', 'enter ses_1'],
    ['2026-11-23T15:45:00Z', 'unknown', 'enter ses_1'],
    ['2026-11-23T16:30:00Z', 'onAir', 'join ses_1'],
    ['2026-11-23T16:30:00Z', 'ended', 'yourTicket'],
    ['2026-11-23T16:59:00Z', 'onAir', 'join ses_2'],
    ['2026-11-23T18:00:00Z', 'onAir', 'join ses_2'],
    ['2026-11-23T18:00:00Z', 'ended', 'yourTicket'],
    ['2026-11-24T00:00:00Z', 'onAir', 'yourTicket'],
  ] as const)('at %s with a room that is %s is %s', (now, room, step) => {
    expect(told(room, { ...holder, now: new Date(now) })).toBe(step);
  });

  it('opens the doors as long as the event is live, early or late', () => {
    const event = anEvent({ sessions, state: EventState.LIVE });
    expect(told('waiting', { ...holder, event, now: before })).toBe('enter ses_1');
    const late = new Date('2026-11-23T18:40:00Z');
    expect(told('onAir', { ...holder, event, now: late })).toBe('join ses_2');
  });

  it('lets the team in without a ticket, and nobody else', () => {
    const now = new Date('2026-11-23T16:10:00Z');
    const event = anEvent({ sessions, access: { canManage: true } });
    expect(told('onAir', { event, now })).toBe('join ses_1');
    expect(told('onAir', { now })).toBe('get');
  });

  it.each([
    [EventState.CANCELLED, 'cancelled'],
    [EventState.ENDED, 'over'],
    [EventState.DRAFT, 'notPublished'],
    [EventState.APPROVED, 'notPublished'],
  ])('is nothing in state %s: %s', (state, kind) => {
    const event = anEvent({ sessions, state });
    expect(nextStep({ ...situation, event, tickets: [aTicket()] }).kind).toBe(kind);
  });
});
