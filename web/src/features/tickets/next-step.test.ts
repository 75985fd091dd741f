import { describe, expect, it } from 'vitest';
import { EventState } from '~/gen/plenary/events/v1/event_pb';
import { TicketState } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { Availability } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { anEvent, aTicket, aType, at } from '../../../test/fixtures';
import { nextStep } from './next-step';

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

  it.each([
    ['2026-11-23T15:44:59Z', 'yourTicket', undefined],
    ['2026-11-23T15:45:00Z', 'join', 'ses_1'],
    ['2026-11-23T16:59:00Z', 'join', 'ses_2'],
    ['2026-11-23T17:30:00Z', 'join', 'ses_2'],
    ['2026-11-23T18:00:00Z', 'yourTicket', undefined],
  ])('at %s is %s %s', (now, kind, sessionId) => {
    const step = nextStep({ ...situation, tickets: [aTicket()], now: new Date(now) });
    expect(step.kind).toBe(kind);
    expect(step.kind === 'join' ? step.session.id : undefined).toBe(sessionId);
  });

  it('is joining as long as the event is live, early or late', () => {
    const live = anEvent({ sessions, state: EventState.LIVE });
    const joined = (now: Date) => {
      const step = nextStep({ ...situation, event: live, tickets: [aTicket()], now });
      return step.kind === 'join' ? step.session.id : step.kind;
    };
    expect(joined(before)).toBe('ses_1');
    expect(joined(new Date('2026-11-23T18:40:00Z'))).toBe('ses_2');
  });

  it('lets the team in without a ticket', () => {
    const event = anEvent({ sessions, access: { canManage: true } });
    const now = new Date('2026-11-23T16:10:00Z');
    expect(nextStep({ ...situation, event, now })).toMatchObject({ kind: 'join' });
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
