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
import { Button } from '~/ui/button';
import { Grid, Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { VisuallyHidden } from '~/ui/visually-hidden';
import styles from './discover-page.module.css';
import { EventCard } from './event-card';
import { m } from './messages';
import { shelvesOf } from './model';
import { SearchField } from './search-field';

const route = getRouteApi('/');

function useEvents(query: string) {
  const first = firstLoadOf(EventService.method.searchEvents, { query });
  return useInfiniteQuery(
    EventService.method.searchEvents,
    { query, pageToken: '' },
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
  const { q: query = '' } = route.useSearch();
  const navigate = useNavigate();
  usePageTitle(t(m.title));
  const found = useEvents(query);
  const events = found.data?.pages.flatMap((page) => page.events) ?? [];
  const search = (next: string) =>
    void navigate({ to: '/', search: next ? { q: next } : {}, replace: true, resetScroll: false });
  const settled = found.isSuccess && !found.isPlaceholderData;
  return (
    <Page>
      <PageHeader
        title={t(m.title)}
        lead={t(m.lead)}
        actions={<SearchField value={query} onSearch={search} />}
      />
      <VisuallyHidden live="polite">
        {query && settled && t(found.hasNextPage ? m.foundMore : m.found, { count: events.length })}
      </VisuallyHidden>
      {found.isPending && <EventsLoading />}
      {found.isError && events.length === 0 && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {settled && events.length === 0 && <NoEvents query={query} onShowAll={() => search('')} />}
      {events.length > 0 && (
        <div data-stale={found.isPlaceholderData || undefined} className={styles.results}>
          <Results events={events} query={query} />
          <div className={styles.end}>
            {found.hasNextPage ? (
              <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                {t(m.more)}
              </Button>
            ) : (
              <p>{t(m.end)}</p>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

type Events = SearchEventsResponse['events'];

function Results({ events, query }: { events: Events; query: string }) {
  const t = useText();
  const now = useNow();
  const shelves = query
    ? [{ kind: 'results' as const, events: [...events] }]
    : shelvesOf(events, now);
  const titles = {
    live: t(m.live),
    next: t(m.next),
    later: t(m.later),
    results: t(m.results, { query }),
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

function NoEvents({ query, onShowAll }: { query: string; onShowAll: () => void }) {
  const t = useText();
  const organizer = useHasRole('organizer');
  if (query) {
    return (
      <EmptyState
        icon="search"
        title={t(m.noMatchTitle, { query })}
        action={<Button onClick={onShowAll}>{t(m.showAll)}</Button>}
      >
        {t(m.noMatchText)}
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
