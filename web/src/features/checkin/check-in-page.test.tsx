import { Code, ConnectError } from '@connectrpc/connect';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  CheckInResult,
  type CheckInTicketRequest,
  TicketService,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { axeFindings } from '../../../test/axe';
import { anEvent, aTicket, at, EVENT } from '../../../test/fixtures';
import { openPage } from '../../../test/open-page';

type Answer = { result: CheckInResult; ticket?: ReturnType<typeof aTicket> };

async function open(check: (request: CheckInTicketRequest) => Answer, { canCheckIn = true } = {}) {
  let inside = 11;
  const view = await openPage({
    path: `/organize/events/${EVENT}/check-in`,
    signedIn: true,
    services: (router) => {
      router.rpc(EventService.method.getEvent, () => ({
        event: anEvent({ access: { canView: true, canCheckIn } }),
      }));
      router.rpc(TicketService.method.getCheckInSummary, () => ({
        ticketCount: 40,
        checkedInCount: inside,
      }));
      router.rpc(TicketService.method.checkInTicket, (request) => {
        const answer = check(request);
        if (answer.result === CheckInResult.FIRST) inside += 1;
        return answer;
      });
    },
  });
  return view;
}

const status = () => screen.getByRole('status');
const scan = async (code: string) => {
  const field = await screen.findByRole('textbox', { name: 'Code' });
  await userEvent.setup().type(field, `${code}{Enter}`);
};

describe('checking in', () => {
  it('lets somebody in by keyboard alone, and counts', async () => {
    const { container } = await open(() => ({ result: CheckInResult.FIRST, ticket: aTicket() }));
    expect((await screen.findAllByText('11 of 40 checked in')).length).toBeGreaterThan(0);
    expect(await axeFindings(container)).toEqual([]);
    await scan('PLT1:x');
    expect(await within(status()).findByText('Welcome')).toBeTruthy();
    expect(within(status()).getByText(/Ada Lovelace/)).toBeTruthy();
    expect((await screen.findAllByText('12 of 40 checked in')).length).toBeGreaterThan(0);
    const field = screen.getByRole('textbox', { name: 'Code' });
    expect(document.activeElement).toBe(field);
    expect(field).toHaveProperty('value', '');
    expect(await axeFindings(container)).toEqual([]);
  });

  it.each([
    [CheckInResult.VOID, 'Void', 'This ticket was cancelled. It does not admit.'],
    [CheckInResult.UNKNOWN, 'Not a ticket', 'This code is none of ours, or it was altered.'],
    [CheckInResult.OTHER_EVENT, 'Another event', 'This ticket is for another event.'],
  ])('stops %s: %s', async (result, title, text) => {
    await open(() => ({ result }));
    await scan('PLT1:x');
    expect(await within(status()).findByText(title)).toBeTruthy();
    expect(within(status()).getByText(text)).toBeTruthy();
    expect(status().dataset.tone).toBe('stop');
  });

  it('tells when a ticket was scanned first, by name and in words', async () => {
    const ticket = aTicket({ checkInTime: at('2026-11-22T09:30:00Z') });
    await open(() => ({ result: CheckInResult.AGAIN, ticket }));
    await scan('PLT1:x');
    expect(await within(status()).findByText('Scanned before')).toBeTruthy();
    expect(within(status()).getByText(/First scan: Today, 09:30/)).toBeTruthy();
  });

  it('goes from a bad code to a good one, and lists both', async () => {
    await open(({ code }) => ({
      result: code === 'bad' ? CheckInResult.UNKNOWN : CheckInResult.FIRST,
    }));
    await scan('bad');
    await within(status()).findByText('Not a ticket');
    await scan('good');
    await within(status()).findByText('Welcome');
    const recent = within(screen.getByRole('region', { name: 'Last scans' }));
    expect(recent.getAllByRole('listitem')).toHaveLength(2);
  });

  it('checks again under the same id when nobody could say', async () => {
    const asked: string[] = [];
    await open(({ requestId }) => {
      asked.push(requestId);
      if (asked.length === 1) throw new ConnectError('', Code.Unavailable);
      return { result: CheckInResult.FIRST };
    });
    await scan('PLT1:x');
    expect(await within(status()).findByText('Not checked')).toBeTruthy();
    await userEvent.setup().click(screen.getByRole('button', { name: 'Check again' }));
    expect(await within(status()).findByText('Welcome')).toBeTruthy();
    expect(new Set(asked).size).toBe(1);
  });

  it('is for the team only', async () => {
    await open(() => ({ result: CheckInResult.FIRST }), { canCheckIn: false });
    expect(
      await screen.findByRole('heading', { level: 1, name: 'You may not check in here' }),
    ).toBeTruthy();
  });

  it('says what to do when there is no camera', async () => {
    vi.stubGlobal('navigator', {
      ...navigator,
      mediaDevices: {
        getUserMedia: () => Promise.reject(new DOMException('', 'NotFoundError')),
      },
    });
    await open(() => ({ result: CheckInResult.FIRST }));
    await userEvent
      .setup()
      .click(await screen.findByRole('button', { name: 'Scan with the camera' }));
    expect(
      await screen.findByText('No camera was found. Connect one, or type codes below.'),
    ).toBeTruthy();
  });
});
