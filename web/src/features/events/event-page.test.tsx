import { Code } from '@connectrpc/connect';
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { type Event, EventState } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { LiveService, RoomState } from '~/gen/plenary/live/v1/live_service_pb';
import { type Ticket, TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import {
  Availability,
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { axeFindings } from '../../../test/axe';
import { refusal } from '../../../test/error-details';
import { anEvent, aTicket, aType, at, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

interface World {
  event?: Event | undefined;
  types?: TicketType[];
  tickets?: Ticket[];
  signedIn?: boolean;
  room?: RoomState;
}

function open(world: World) {
  const { event = anEvent(), types = [aType()], tickets = [], signedIn = false, room } = world;
  return openPage({
    path: `/events/${EVENT}`,
    signedIn,
    services: (router) => {
      router.rpc(EventService.method.getEvent, () => ({ event }));
      router.rpc(TicketTypeService.method.listTicketTypes, () => ({ ticketTypes: types }));
      router.rpc(TicketService.method.listMyTickets, () => ({ tickets }));
      if (room) router.rpc(LiveService.method.getRoom, () => ({ room: { state: room } }));
    },
  });
}

const full = anEvent({
  descriptionHtml: '<h2>Bring</h2><p>A question.</p><script>bad()</script>',
  speakers: [{ id: 'spk_01', name: 'Grace Hopper', tagline: 'Rear admiral' }],
  sessions: [
    {
      id: 'ses_01',
      title: 'Opening',
      startTime: at('2026-11-23T16:00:00Z'),
      endTime: at('2026-11-23T17:00:00Z'),
      hasLiveRoom: true,
      speakerIds: ['spk_01'],
    },
  ],
});

/** The card's, and the one at the lower edge of a phone: they say the same. */
const buttons = (name: string) => screen.findAllByRole('link', { name });

describe('an event', () => {
  it('is all there: both zones, description, agenda, speakers', async () => {
    const { container } = await open({ event: full });
    expect(
      await screen.findByRole('heading', { level: 1, name: 'An evening on ownership' }),
    ).toBeTruthy();
    expect(screen.getByText('Tomorrow, 16:00 – 19:00 your time')).toBeTruthy();
    expect(screen.getByText('Tomorrow, 18:00 – 21:00 in Helsinki')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Add to calendar' })).toBeTruthy();
    expect(screen.getByText('A question.')).toBeTruthy();
    expect(container.querySelector('main script')).toBeNull();
    const agenda = within(screen.getByRole('region', { name: 'Agenda' }));
    expect(agenda.getByText('With Grace Hopper')).toBeTruthy();
    await buttons('Get a ticket');
    expect(await axeFindings(container)).toEqual([]);
  });

  it('names the day on which a session ends, where it is another one', async () => {
    const late = {
      id: 'ses_02',
      title: 'All night',
      startTime: at('2026-11-23T22:00:00Z'),
      endTime: at('2026-11-24T02:00:00Z'),
    };
    await open({ event: anEvent({ sessions: [...full.sessions, late] }) });
    const agenda = within(await screen.findByRole('region', { name: 'Agenda' }));
    expect(agenda.getByText('to 17:00')).toBeTruthy();
    expect(agenda.getByText('to Tuesday, 02:00')).toBeTruthy();
  });

  it('leads to its tickets, then to yours', async () => {
    await open({});
    for (const link of await buttons('Get a ticket')) {
      expect(link.getAttribute('href')).toBe(`/events/${EVENT}/tickets`);
    }
  });

  it('leads who has a ticket to it', async () => {
    await open({ tickets: [aTicket()], signedIn: true });
    for (const link of await buttons('Your ticket')) {
      expect(link.getAttribute('href')).toBe('/tickets');
    }
  });

  it.each([
    [RoomState.LIVE, 'Join now'],
    [RoomState.WAITING, 'Go to the room'],
  ])('leads into the live session when its room says so (%s)', async (room, name) => {
    const event = anEvent({ ...full, state: EventState.LIVE });
    await open({ event, tickets: [aTicket()], signedIn: true, room });
    for (const link of await buttons(name)) {
      expect(link.getAttribute('href')).toBe('/live/ses_01');
    }
  });

  it.each([
    [Availability.SOLD_OUT, 'Sold out'],
    [Availability.CLOSED, 'The sale has ended'],
    [Availability.NOT_YET, 'Not on sale yet'],
  ])('says why there is nothing to press (%s)', async (availability, words) => {
    await open({ types: [aType({ availability })] });
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
    expect(screen.queryByRole('link', { name: 'Get a ticket' })).toBeNull();
  });

  it('that was sent back tells its team why, and where to mend it', async () => {
    const event = anEvent({
      state: EventState.REJECTED,
      rejectionReason: 'The times are missing.',
      access: { canView: true, canManage: true },
    });
    await open({ event, signedIn: true });
    expect(
      await screen.findByText('This event was sent back: The times are missing.'),
    ).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Manage event' })).toBeTruthy();
  });

  it('that is hidden looks like one that never was', async () => {
    await openPage({
      path: `/events/${EVENT}`,
      services: (router) =>
        router.rpc(EventService.method.getEvent, () => {
          throw refusal(Code.NotFound, 'EVENT_NOT_FOUND');
        }),
    });
    expect(
      await screen.findByRole('heading', { level: 1, name: 'There is no such event here' }),
    ).toBeTruthy();
    const main = within(screen.getByRole('main'));
    expect(main.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toContain(
      encodeURIComponent(`/events/${EVENT}`),
    );
  });

  it('with a mistyped address is no page', async () => {
    await openPage({ path: '/events/usr_01' });
    expect(await screen.findByRole('heading', { name: 'There is nothing here' })).toBeTruthy();
  });
});
