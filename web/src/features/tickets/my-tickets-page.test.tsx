import { Code, ConnectError } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import {
  type CancelOrderRequest,
  OrderService,
  OrderState,
} from '~/gen/plenary/ticketing/v1/order_service_pb';
import {
  type Ticket,
  TicketService,
  TicketState,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { axeFindings } from '../../../test/axe';
import { anOrder, aTicket, at } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

const CODE = '<svg xmlns="http://www.w3.org/2000/svg"/>';

class World {
  reachable = true;
  cancelled: CancelOrderRequest[] = [];
  constructor(public tickets: Ticket[]) {}

  #answer<T>(answer: () => T): T {
    if (!this.reachable) throw new ConnectError('', Code.Unavailable);
    return answer();
  }

  open() {
    return openPage({
      path: '/tickets',
      signedIn: true,
      services: (router) => {
        router.rpc(TicketService.method.listMyTickets, () =>
          this.#answer(() => ({ tickets: this.tickets })),
        );
        router.rpc(TicketService.method.getTicket, ({ ticketId }) =>
          this.#answer(() => {
            const ticket = this.tickets.find(({ id }) => id === ticketId);
            return { ticket: aTicket({ ...ticket, code: 'PLT1:x', codeSvg: CODE } as object) };
          }),
        );
        router.rpc(OrderService.method.listMyOrders, () =>
          this.#answer(() => ({
            orders: [anOrder({ state: OrderState.COMPLETED, tickets: this.tickets })],
          })),
        );
        router.rpc(OrderService.method.cancelOrder, (request) => {
          this.cancelled.push(request);
          this.tickets = this.tickets.map((ticket) =>
            aTicket({ ...ticket, state: TicketState.VOID } as object),
          );
          return { order: anOrder({ state: OrderState.CANCELLED }) };
        });
      },
    });
  }
}

const two = () => [aTicket(), aTicket({ id: 'tkt_01grace', attendeeName: 'Grace Hopper' })];

describe('my tickets', () => {
  it('show the next one large with its code, one at a time', async () => {
    const user = userEvent.setup();
    const { container } = await new World([
      ...two(),
      aTicket({
        id: 'tkt_01later',
        eventId: 'evt_01later',
        eventTitle: 'Later',
        eventStartTime: at('2026-11-29T10:00:00Z'),
        eventEndTime: at('2026-11-29T11:00:00Z'),
      }),
    ]).open();
    expect(
      await screen.findByRole('img', { name: 'QR code of the ticket of Ada Lovelace' }),
    ).toBeTruthy();
    expect(await axeFindings(container)).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Ticket 2 of 2: Grace Hopper' }));
    expect(await screen.findByRole('img', { name: /Grace Hopper/ })).toBeTruthy();
    expect(screen.queryByRole('img', { name: /Ada Lovelace/ })).toBeNull();
    const later = within(screen.getByRole('region', { name: 'Coming up' }));
    expect(later.getByRole('link', { name: 'Later' })).toBeTruthy();
  });

  it('have their code as large as the window', async () => {
    const user = userEvent.setup();
    await new World([aTicket()]).open();
    await user.click(await screen.findByRole('button', { name: 'Show it large' }));
    const dialog = await screen.findByRole('dialog', { name: 'Ada Lovelace' });
    expect(within(dialog).getByText(/full brightness/)).toBeTruthy();
    expect(await axeFindings(dialog)).toEqual([]);
  });

  it('are cancelled together after a second thought', async () => {
    const user = userEvent.setup();
    const world = new World(two());
    await world.open();
    await user.click(await screen.findByRole('button', { name: 'Cancel order' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Cancel this order?' }));
    expect(dialog.getByText(/All 2 tickets of this order/)).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Cancel order' }));
    expect(await screen.findByText('The order is cancelled.')).toBeTruthy();
    expect(world.cancelled.map(({ orderId }) => orderId)).toEqual(['ord_01one']);
    const past = within(await screen.findByRole('region', { name: 'Past and void' }));
    expect(past.getByText('Void')).toBeTruthy();
  });

  it('are there without a network, and gone after signing out', async () => {
    const world = new World(two());
    const first = await world.open();
    await screen.findByRole('img', { name: /Ada Lovelace/ });
    await waitFor(() => expect(localStorage.getItem('plenary.private.tickets')).toBeTruthy());
    first.unmount();
    world.reachable = false;
    const second = await world.open();
    expect(await screen.findByRole('img', { name: /Ada Lovelace/ })).toBeTruthy();
    expect(screen.getByText(/These are your tickets as of Today, 10:00/)).toBeTruthy();
    await second.session.signOut({ everywhere: false });
    expect(localStorage.getItem('plenary.private.tickets')).toBeNull();
  });

  it('say where tickets come from when there are none', async () => {
    await new World([]).open();
    expect(await screen.findByRole('heading', { name: 'No tickets yet' })).toBeTruthy();
  });
});
