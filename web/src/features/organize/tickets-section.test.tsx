import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { EventAccessSchema } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  type TicketType,
  TicketTypeService,
  type UpdateTicketTypeRequest,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { anEvent, aType, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

/** The editor of an event in Berlin with these ticket types; keeps what it is asked to change. */
async function openEditor(types: TicketType[]) {
  const updates: UpdateTicketTypeRequest[] = [];
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
        listTicketTypes: () => ({ ticketTypes: types }),
        updateTicketType: (request) => {
          updates.push(request);
          return {};
        },
      });
    },
  });
  return updates;
}

describe('ticket types in the editor', () => {
  it('are sold in a window on the event’s clocks', async () => {
    const user = userEvent.setup();
    const updates = await openEditor([aType({ etag: '7' })]);
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
    const updates = await openEditor([aType({ soldCount: 5, heldCount: 2 })]);
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
    const updates = await openEditor([aType({ soldCount: 1 })]);
    await user.click(await screen.findByRole('button', { name: 'End the sale of Regular' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'End the sale' }));
    await expect.poll(() => updates.length).toBe(1);
    const ends = updates[0]?.ticketType?.saleEndTime;
    expect(ends && timestampDate(ends)).toEqual(new Date('2026-11-22T10:00:00Z'));
  });
});
