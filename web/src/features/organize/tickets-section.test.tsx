import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { EventAccessSchema } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  type ReorderTicketTypesRequest,
  type TicketType,
  TicketTypeService,
  type UpdateTicketTypeRequest,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { refused } from '../../../test/error-details';
import { anEvent, aType, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

/** The editor of an event in Berlin with these ticket types; keeps what it is asked to change. */
async function openEditor(types: TicketType[], refuseOrder = false) {
  const updates: UpdateTicketTypeRequest[] = [];
  const orders: ReorderTicketTypesRequest[] = [];
  let listed = types;
  const event = anEvent({
    timeZone: 'Europe/Berlin',
    access: create(EventAccessSchema, { canManage: true }),
  });
  await openPage({
    path: `/organize/events/${EVENT}`,
    signedIn: true,
    services: (router) => {
      router.service(EventService, { getEvent: () => ({ event }) });
      router.service(TicketTypeService, {
        listTicketTypes: () => ({ ticketTypes: listed, orderEtag: `o${orders.length}` }),
        reorderTicketTypes: (request) => {
          if (refuseOrder) throw refused('ETAG_MISMATCH');
          orders.push(request);
          listed = request.ticketTypeIds.flatMap(
            (id) => types.find((type) => type.id === id) ?? [],
          );
          return { ticketTypes: listed, orderEtag: `o${orders.length}` };
        },
        updateTicketType: (request) => {
          updates.push(request);
          return {};
        },
      });
    },
  });
  return { updates, orders };
}

describe('ticket types in the editor', () => {
  it('are sold in a window on the event’s clocks', async () => {
    const user = userEvent.setup();
    const { updates } = await openEditor([aType({ etag: '7' })]);
    await user.click(await screen.findByRole('button', { name: 'Change Regular' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.type(dialog.getByLabelText(/Sale opens/), '2026-11-22T11:30');
    await user.type(dialog.getByLabelText(/Sale closes/), '2026-11-22T11:15');
    await user.click(dialog.getByRole('button', { name: 'Save ticket type' }));
    expect(dialog.getByText('It has to close after it opens.')).toBeTruthy();
    expect(updates).toEqual([]);

    await user.clear(dialog.getByLabelText(/Sale closes/));
    await user.click(dialog.getByRole('button', { name: 'Save ticket type' }));
    await expect.poll(() => updates.length).toBe(1);
    const [request] = updates;
    const opens = request?.ticketType?.saleStartTime;
    expect(opens && timestampDate(opens)).toEqual(new Date('2026-11-22T10:30:00Z'));
    expect(request?.ticketType?.saleEndTime).toBeUndefined();
    expect(request?.updateMask?.paths).toContain('sale_end_time');
    expect(request?.etag).toBe('7');
  });

  it('keep at least as many as are taken', async () => {
    const user = userEvent.setup();
    const { updates } = await openEditor([aType({ soldCount: 5, heldCount: 2 })]);
    await user.click(await screen.findByRole('button', { name: 'Change Regular' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.clear(dialog.getByLabelText(/Capacity/));
    await user.type(dialog.getByLabelText(/Capacity/), '6');
    await user.click(dialog.getByRole('button', { name: 'Save ticket type' }));
    expect(dialog.getByText('7 are taken already: give at least as many.')).toBeTruthy();
    expect(updates).toEqual([]);
  });

  it('that somebody has are not removed; their sale ends', async () => {
    const user = userEvent.setup();
    const { updates } = await openEditor([aType({ soldCount: 1 })]);
    await user.click(await screen.findByRole('button', { name: 'End the sale of Regular' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'End the sale' }));
    await expect.poll(() => updates.length).toBe(1);
    const ends = updates[0]?.ticketType?.saleEndTime;
    expect(ends && timestampDate(ends)).toEqual(new Date('2026-11-22T10:00:00Z'));
  });

  describe('in an order', () => {
    const types = ['Regular', 'Student', 'Patron'].map((name) =>
      aType({ id: `tty_01${name.toLowerCase()}`, name }),
    );
    const names = () =>
      screen
        .getAllByRole('button', { name: /^Change (Regular|Student|Patron)$/ })
        .map((button) => button.getAttribute('aria-label')?.slice('Change '.length));
    const press = (name: string) => userEvent.setup().click(screen.getByRole('button', { name }));

    it('that is changed by steps, seen at once, with the focus where the entry went', async () => {
      const { orders } = await openEditor(types);
      await screen.findByRole('button', { name: 'Move Patron up' });
      await press('Move Patron up');
      expect(names()).toEqual(['Regular', 'Patron', 'Student']);
      expect(document.activeElement?.getAttribute('aria-label')).toBe('Move Patron up');
      expect(screen.getByText('Patron is now 2 of 3.')).toBeTruthy();
      await press('Move Patron up');
      expect(names()).toEqual(['Patron', 'Regular', 'Student']);
      // At the top there is no way further up, and one press too many does nothing.
      await press('Move Patron up');
      expect(names()).toEqual(['Patron', 'Regular', 'Student']);
      expect(document.activeElement?.getAttribute('aria-label')).toBe('Move Patron up');
      expect(document.activeElement?.getAttribute('aria-disabled')).toBe('true');
      await expect.poll(() => orders.at(-1)?.ticketTypeIds[0]).toBe('tty_01patron');
      expect(orders[0]?.etag).toBe('o0');
      await expect.poll(names).toEqual(['Patron', 'Regular', 'Student']);
    });

    it('that is changed by dragging', async () => {
      const { orders } = await openEditor(types);
      await screen.findByRole('button', { name: 'Move Regular down' });
      const row = (name: string) => {
        const found = screen.getByRole('button', { name: `Change ${name}` }).closest('li');
        if (!found) throw new Error(`no row of ${name}`);
        return found;
      };
      const dataTransfer = { setData: () => {}, effectAllowed: '' };
      fireEvent.dragStart(row('Regular'), { dataTransfer });
      fireEvent.dragOver(row('Patron'), { dataTransfer });
      expect(row('Patron').dataset.mark).toBe('after');
      fireEvent.drop(row('Patron'), { dataTransfer });
      expect(names()).toEqual(['Student', 'Patron', 'Regular']);
      await expect.poll(() => orders.length).toBe(1);
    });

    it('is as it was where the server refuses, and says why', async () => {
      await openEditor(types, true);
      await screen.findByRole('button', { name: 'Move Student up' });
      await press('Move Student up');
      expect((await screen.findByRole('alert')).textContent).toContain('changed');
      await expect.poll(names).toEqual(['Regular', 'Student', 'Patron']);
    });
  });
});
