import { create } from '@bufbuild/protobuf';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  type CompleteOrderRequest,
  type CreateOrderRequest,
  type Order,
  OrderSchema,
  OrderService,
  OrderState,
} from '~/gen/plenary/ticketing/v1/order_service_pb';
import { TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { Availability, TicketTypeService } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { axeFindings } from '../../../test/axe';
import { refused } from '../../../test/error-details';
import { anEvent, anOrder, aTicket, aType, at, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

/** Orders of one buyer, as the service keeps them. */
class Shop {
  orders: Order[] = [];
  created: CreateOrderRequest[] = [];
  completed: CompleteOrderRequest[] = [];
  refuse: string | undefined;
  metadata: Record<string, string> = {};
  types = [aType()];

  open(path: string, signedIn = true) {
    return openPage({
      path,
      signedIn,
      services: (router) => {
        router.rpc(EventService.method.getEvent, () => ({ event: anEvent() }));
        router.rpc(TicketTypeService.method.listTicketTypes, () => ({ ticketTypes: this.types }));
        router.rpc(OrderService.method.listMyOrders, () => ({ orders: this.orders }));
        router.rpc(TicketService.method.getTicket, ({ ticketId }) => ({
          ticket: aTicket({ id: ticketId, codeSvg: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
        }));
        router.rpc(OrderService.method.getOrder, ({ orderId }) => {
          const order = this.orders.find(({ id }) => id === orderId);
          return order ? { order } : {};
        });
        router.rpc(OrderService.method.createOrder, (request) => this.#create(request));
        router.rpc(OrderService.method.completeOrder, (request) => this.#complete(request));
      },
    });
  }

  #create(request: CreateOrderRequest) {
    this.created.push(request);
    if (this.refuse) throw refused(this.refuse, this.metadata);
    const quantity = request.items[0]?.quantity ?? 0;
    const order = anOrder({
      lines: [{ ticketTypeId: 'tty_01regular', ticketTypeName: 'Regular', quantity }],
    });
    this.orders = [order];
    return { order };
  }

  #complete(request: CompleteOrderRequest) {
    this.completed.push(request);
    if (this.refuse) throw refused(this.refuse);
    const held = this.orders[0];
    const order = create(OrderSchema, {
      ...(held as Order),
      state: OrderState.COMPLETED,
      tickets: [aTicket()],
    });
    this.orders = [order];
    return { order };
  }
}

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});
const CHOOSE = `/events/${EVENT}/tickets`;
const ORDER = `${CHOOSE}?order=ord_01one`;

describe('getting a ticket', () => {
  it('takes three clicks when there is one kind, and buys once', async () => {
    const user = userEvent.setup();
    const { container, router } = await shop.open(CHOOSE);
    expect(
      (await screen.findByRole('spinbutton', { name: 'Regular' })).getAttribute('aria-valuenow'),
    ).toBe('1');
    expect(await axeFindings(container)).toEqual([]);
    await user.dblClick(screen.getByRole('button', { name: 'Continue' }));
    expect(await screen.findByText('Held for you for 10:00')).toBeTruthy();
    expect(router.state.location.search).toEqual({ order: 'ord_01one' });
    expect(shop.created).toHaveLength(1);
    expect(await axeFindings(container)).toEqual([]);
    await user.dblClick(screen.getByRole('button', { name: 'Get my ticket' }));
    const heading = await screen.findByRole('heading', { name: 'You are in. Here is your ticket' });
    expect(document.activeElement).toBe(heading);
    // A second click that is faster than the answer asks for the same thing under the same id.
    expect(new Set(shop.completed.map(({ requestId }) => requestId)).size).toBe(1);
    expect(shop.completed[0]?.details?.attendees).toMatchObject([
      { name: 'Ada Lovelace', email: 'ada@example.org' },
    ]);
    expect(await screen.findByRole('img', { name: /QR code/ })).toBeTruthy();
    expect(await axeFindings(container)).toEqual([]);
  });

  it('sends visitors to sign in and keeps what they chose', async () => {
    const user = userEvent.setup();
    shop.types = [aType(), aType({ id: 'tty_01student', name: 'Student' })];
    const { router } = await shop.open(CHOOSE, false);
    await user.click(await screen.findByRole('button', { name: 'Sign in to continue' }));
    expect(screen.getByText('Choose at least one ticket.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'One more: Student' }));
    await user.click(screen.getByRole('button', { name: 'Sign in to continue' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/sign-in'));
    expect(router.state.location.search).toEqual({ next: CHOOSE });
    router.history.back();
    const student = await screen.findByRole('spinbutton', { name: 'Student' });
    expect(student.getAttribute('aria-valuenow')).toBe('1');
  });

  it('has no dead end when everything is taken', async () => {
    const user = userEvent.setup();
    shop.types = [aType({ availability: Availability.SOLD_OUT })];
    await shop.open(CHOOSE);
    expect(await screen.findByText(/Held ones may come back/)).toBeTruthy();
    shop.types = [aType()];
    await user.click(screen.getByRole('button', { name: 'Look again' }));
    expect(await screen.findByRole('button', { name: 'Continue' })).toBeTruthy();
  });

  it('goes on with an order that was left in the middle', async () => {
    const user = userEvent.setup();
    shop.orders = [anOrder({ holdExpireTime: at('2026-11-22T10:04:07Z') })];
    await shop.open(CHOOSE);
    expect(await screen.findByText(/One ticket is held for you for 4:07 more/)).toBeTruthy();
    await user.click(screen.getByRole('link', { name: 'Continue with them' }));
    expect(await screen.findByText('Held for you for 4:07')).toBeTruthy();
  });

  it('keeps what was entered through a reload, and marks what is missing', async () => {
    const user = userEvent.setup();
    const lines = [{ ticketTypeId: 'tty_01regular', ticketTypeName: 'Regular', quantity: 2 }];
    shop.orders = [anOrder({ lines })];
    const first = await shop.open(ORDER);
    await user.click(await screen.findByRole('checkbox', { name: 'All tickets in one name' }));
    await user.type(screen.getAllByRole('textbox', { name: 'Name' })[1] as HTMLElement, 'Grace');
    first.unmount();
    await shop.open(ORDER);
    const names = await screen.findAllByRole('textbox', { name: 'Name' });
    expect(names[1]).toHaveProperty('value', 'Grace');
    await user.click(screen.getByRole('button', { name: 'Get my tickets' }));
    expect(
      await screen.findByText('Write the address the ticket should be mailed to.'),
    ).toBeTruthy();
    expect(document.activeElement).toBe(screen.getAllByRole('textbox', { name: 'Email' })[1]);
    expect(shop.completed).toHaveLength(0);
  });

  it('says that the time is over, and how to go on', async () => {
    shop.orders = [anOrder({ state: OrderState.EXPIRED })];
    await shop.open(ORDER);
    expect(await screen.findByRole('heading', { name: 'The time is over' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Choose again' }).getAttribute('href')).toBe(CHOOSE);
  });

  it.each([
    ['SOLD_OUT', { remaining: '1' }, 'Somebody was faster: only one is left of this ticket.'],
    ['TOO_MANY_TICKETS', { max: '4' }, 'At most 4 of this ticket fit into one order.'],
    ['SALE_ENDED', {}, 'The sale of this ticket has ended.'],
    [
      'EMAIL_NOT_VERIFIED',
      {},
      'Your email is not confirmed yet. Open the link in the mail we sent to ada@example.org.',
    ],
  ])('says in words why not: %s', async (reason, metadata, words) => {
    const user = userEvent.setup();
    shop.refuse = reason;
    shop.metadata = metadata as Record<string, string>;
    await shop.open(CHOOSE);
    await user.click(await screen.findByRole('button', { name: 'Continue' }));
    expect(await screen.findByText(words)).toBeTruthy();
  });

  it('tries a failed order again under the same id', async () => {
    const user = userEvent.setup();
    shop.refuse = 'EVENT_NOT_ON_SALE';
    await shop.open(CHOOSE);
    const button = await screen.findByRole('button', { name: 'Continue' });
    await user.click(button);
    await screen.findByText('Tickets for this event are not on sale.');
    shop.refuse = undefined;
    await user.click(button);
    await screen.findByText('Held for you for 10:00');
    expect(new Set(shop.created.map(({ requestId }) => requestId)).size).toBe(1);
  });
});
