import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { EventState, type EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { EventService, type SearchEventsRequest } from '~/gen/plenary/events/v1/event_service_pb';
import { axeFindings } from '../../../test/axe';
import { aSummary, at } from '../../../test/fixtures';
import { NOW, openPage } from '../../../test/open-page';

type Answer = { events: EventSummary[]; nextPageToken?: string };

function open(path: string, answer: (request: SearchEventsRequest) => Answer) {
  return openPage({
    path,
    services: (router) => router.rpc(EventService.method.searchEvents, answer),
  });
}

const live = aSummary({ id: 'evt_01live', title: 'Live one', state: EventState.LIVE });
const begun = aSummary({
  id: 'evt_01begun',
  title: 'Begun one',
  startTime: at('2026-11-22T09:00:00Z'),
});
const later = aSummary({ id: 'evt_01later', title: 'Later one' });

describe('the discover page', () => {
  it('puts what is on before what comes, and says when', async () => {
    const { container } = await open('/', () => ({ events: [live, begun, aSummary(), later] }));
    const onNow = within(await screen.findByRole('region', { name: 'On now' }));
    expect(onNow.getAllByRole('heading', { level: 3 }).map((h) => h.textContent)).toEqual([
      'Live one',
      'Begun one',
    ]);
    const next = within(screen.getByRole('region', { name: 'Next up' }));
    expect(next.getByRole('link', { name: 'An evening on ownership' })).toBeTruthy();
    expect(next.getByText('Tomorrow, 16:00 your time')).toBeTruthy();
    expect(next.getByText('Tomorrow, 18:00 in Helsinki')).toBeTruthy();
    expect(await axeFindings(container)).toEqual([]);
  });

  it('searches while one types, and the address says what for', async () => {
    const user = userEvent.setup();
    const asked: string[] = [];
    const { router } = await open('/', ({ query }) => {
      asked.push(query);
      return { events: query === 'rust' ? [] : [aSummary()] };
    });
    await user.type(await screen.findByRole('searchbox', { name: 'Search events' }), 'rust');
    expect(await screen.findByRole('heading', { name: 'Nothing fits “rust”' })).toBeTruthy();
    expect(router.state.location.search).toEqual({ q: 'rust' });
    expect(asked).toEqual(['', 'rust']);
    await user.click(screen.getByRole('link', { name: 'Show all events' }));
    expect(await screen.findByRole('link', { name: 'An evening on ownership' })).toBeTruthy();
    expect(router.state.location.search).toEqual({});
  });

  it('begins with the search of its address', async () => {
    await open('/?q=ownership', ({ query }) => ({ events: query ? [aSummary()] : [] }));
    expect(await screen.findByRole('region', { name: 'Results for “ownership”' })).toBeTruthy();
    expect(screen.getByRole('searchbox')).toHaveProperty('value', 'ownership');
  });

  it('goes on page by page to its end', async () => {
    const user = userEvent.setup();
    await open('/', ({ pageToken }) =>
      pageToken === 'two' ? { events: [later] } : { events: [aSummary()], nextPageToken: 'two' },
    );
    await user.click(await screen.findByRole('button', { name: 'Show more events' }));
    expect(await screen.findByRole('link', { name: 'Later one' })).toBeTruthy();
    expect(screen.getByText('That is everything for now.')).toBeTruthy();
  });

  it('says that nothing is planned, and that the server cannot be reached', async () => {
    const user = userEvent.setup();
    let reachable = false;
    await open('/', () => {
      if (!reachable) throw new ConnectError('', Code.Unavailable);
      return { events: [] };
    });
    const again = await screen.findByRole('button', { name: 'Try again' });
    reachable = true;
    await user.click(again);
    expect(await screen.findByRole('heading', { name: 'Nothing is planned yet' })).toBeTruthy();
  });

  it('is narrowed down by time, and its address says so', async () => {
    const user = userEvent.setup();
    const asked: SearchEventsRequest[] = [];
    const { router, container } = await open('/?q=rust', (request) => {
      asked.push(request);
      return { events: request.untilTime ? [] : [aSummary()] };
    });
    const when = within(await screen.findByRole('navigation', { name: 'When' }));
    expect(when.getByRole('link', { name: 'Any time' }).getAttribute('aria-current')).toBe('page');
    await user.click(when.getByRole('link', { name: 'This week' }));
    expect(await screen.findByRole('heading', { name: 'Nothing fits “rust”' })).toBeTruthy();
    expect(router.state.location.search).toEqual({ q: 'rust', when: 'week' });
    expect(when.getByRole('link', { name: 'This week' }).getAttribute('aria-current')).toBe('page');
    const until = asked.at(-1)?.untilTime;
    expect(until && timestampDate(until) > new Date(NOW)).toBe(true);
    expect(await axeFindings(container)).toEqual([]);
    // The time is what to loosen first.
    await user.click(screen.getByRole('link', { name: 'Search at any time' }));
    expect(await screen.findByRole('region', { name: 'Results for “rust”' })).toBeTruthy();
    expect(router.state.location.search).toEqual({ q: 'rust' });
  });

  it('shows what is live, and days of one’s own', async () => {
    const user = userEvent.setup();
    const { router } = await open('/?when=live', ({ liveOnly, fromTime }) => ({
      events: liveOnly || fromTime ? [live] : [],
    }));
    expect(await screen.findByRole('region', { name: 'Live now' })).toBeTruthy();
    await user.click(screen.getByText('Choose days'));
    fireEvent.input(screen.getByLabelText('From'), { target: { value: '2026-12-02' } });
    fireEvent.input(screen.getByLabelText('To'), { target: { value: '2026-12-01' } });
    await user.click(screen.getByRole('button', { name: 'Show these days' }));
    expect(screen.getByText('The last day is before the first one.')).toBeTruthy();
    fireEvent.input(screen.getByLabelText('To'), { target: { value: '2026-12-03' } });
    await user.click(screen.getByRole('button', { name: 'Show these days' }));
    expect(await screen.findByRole('region', { name: 'On these days' })).toBeTruthy();
    expect(router.state.location.search).toEqual({ from: '2026-12-02', to: '2026-12-03' });
    // Going back is going back.
    router.history.back();
    expect(await screen.findByRole('region', { name: 'Live now' })).toBeTruthy();
  });
});
