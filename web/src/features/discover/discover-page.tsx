import { useInfiniteQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { EventService, type SearchEventsResponse } from '~/gen/plenary/events/v1/event_service_pb';
import { useNow } from '~/lib/clock';
import { firstLoadOf } from '~/lib/first-load';
import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { useHasRole } from '~/lib/session/use-session';
import { viewerZone } from '~/lib/time';
import { Cluster, Grid, Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState, ListEnd } from '~/ui/states';
import { VisuallyHidden } from '~/ui/visually-hidden';
import styles from './discover-page.module.css';
import { EventCard } from './event-card';
import { Filters, WHEN_WORDS } from './filters';
import { m } from './messages';
import { shelvesOf } from './model';
import { type DiscoverSearch, discoverSearch } from './search';
import { SearchField } from './search-field';
import { windowOf } from './window';

const route = getRouteApi('/');

const isFiltered = ({ when, from, to }: DiscoverSearch) => Boolean(when || from || to);

function useEvents(search: DiscoverSearch) {
  const now = useNow();
  const request = { query: search.q ?? '', ...windowOf(search, now, viewerZone()) };
  const first = firstLoadOf(EventService.method.searchEvents, request);
  return useInfiniteQuery(
    EventService.method.searchEvents,
    { ...request, pageToken: '' },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: SearchEventsResponse) => page.nextPageToken || undefined,
      placeholderData: keepPreviousData,
      ...(first && { initialData: { pages: [first], pageParams: [''] } }),
    },
  );
}

/** What is on: the front page. */
export function DiscoverPage() {
  const t = useText();
  const asked = route.useSearch();
  const { q: query = '' } = asked;
  const navigate = useNavigate();
  usePageTitle(t(m.title));
  const found = useEvents(asked);
  const filtered = isFiltered(asked);
  const events = found.data?.pages.flatMap((page) => page.events) ?? [];
  const goTo = (search: DiscoverSearch, replace: boolean) =>
    void navigate({ to: '/', search: discoverSearch({ ...search }), replace, resetScroll: false });
  const settled = found.isSuccess && !found.isPlaceholderData;
  return (
    <Page>
      <PageHeader
        title={t(m.title)}
        lead={t(m.lead)}
        actions={<SearchField value={query} onSearch={(q) => goTo({ ...asked, q }, true)} />}
      />
      <Filters search={asked} onDays={(days) => goTo({ q: query, ...days }, false)} />
      <VisuallyHidden live="polite">
        {(query || filtered) &&
          settled &&
          t(found.hasNextPage ? m.foundMore : m.found, { count: events.length })}
      </VisuallyHidden>
      {found.isPending && <EventsLoading />}
      {found.isError && events.length === 0 && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {settled && events.length === 0 && <NoEvents search={asked} />}
      {events.length > 0 && (
        <div data-stale={found.isPlaceholderData || undefined} className={styles.results}>
          <Results events={events} search={asked} />
          <ListEnd found={found} more={t(m.more)} end={t(m.end)} />
        </div>
      )}
    </Page>
  );
}

type Events = SearchEventsResponse['events'];

/** Everything stands in shelves; what was looked for, in one list. */
function Results({ events, search }: { events: Events; search: DiscoverSearch }) {
  const t = useText();
  const now = useNow();
  const { q: query = '', when } = search;
  const filtered = isFiltered(search);
  const time = t(when ? WHEN_WORDS[when] : m.someDays);
  const shelves =
    query || filtered
      ? [{ kind: 'results' as const, events: [...events] }]
      : shelvesOf(events, now);
  const results = filtered ? t(m.resultsWhen, { query, when: time }) : t(m.results, { query });
  const titles = {
    live: t(m.live),
    next: t(m.next),
    later: t(m.later),
    results: query ? results : time,
  };
  return shelves.map((shelf, at) => {
    // A lone card fills its row: a grid of one looks like something is missing.
    const wide = shelf.kind !== 'results' && shelf.events.length === 1;
    return (
      <section key={shelf.kind} aria-labelledby={`shelf-${shelf.kind}`}>
        <h2 id={`shelf-${shelf.kind}`} className={styles.heading}>
          {titles[shelf.kind]}
        </h2>
        {wide ? (
          shelf.events.map((event) => (
            <EventCard key={event.id} event={event} look="wide" eager={at === 0} />
          ))
        ) : (
          <Grid as="ul" role="list">
            {shelf.events.map((event, index) => (
              <li key={event.id}>
                <EventCard event={event} eager={at === 0 && index < 3} />
              </li>
            ))}
          </Grid>
        )}
      </section>
    );
  });
}

function EventsLoading() {
  return (
    <Loading>
      <Grid>
        {[1, 2, 3, 4, 5, 6].map((card) => (
          <Stack key={card} gap={4}>
            <Skeleton shape="cover" />
            <Skeleton lines={3} />
          </Stack>
        ))}
      </Grid>
    </Loading>
  );
}

/** Says what to loosen: the time first, then the words. */
function NoEvents({ search }: { search: DiscoverSearch }) {
  const t = useText();
  const organizer = useHasRole('organizer');
  const { q: query, when } = search;
  const filtered = isFiltered(search);
  const showAll = (
    <ButtonLink to="/" search={{}}>
      {t(m.showAll)}
    </ButtonLink>
  );
  if (query) {
    return (
      <EmptyState
        icon="search"
        title={t(m.noMatchTitle, { query })}
        action={
          filtered ? (
            <Cluster justify="center">
              <ButtonLink to="/" search={{ q: query }} tone="primary">
                {t(m.atAnyTime)}
              </ButtonLink>
              {showAll}
            </Cluster>
          ) : (
            showAll
          )
        }
      >
        {t(filtered ? m.noMatchThenText : m.noMatchText)}
      </EmptyState>
    );
  }
  if (filtered) {
    return (
      <EmptyState
        icon="calendar"
        title={t(when === 'live' ? m.noneLiveTitle : m.noneThenTitle)}
        action={showAll}
      >
        {t(m.noneThenText)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="calendar"
      title={t(m.noneTitle)}
      action={
        <ButtonLink to={organizer ? '/organize' : '/sign-up'} tone="primary">
          {t(m.organize)}
        </ButtonLink>
      }
    >
      {t(m.noneText)}
    </EmptyState>
  );
}
