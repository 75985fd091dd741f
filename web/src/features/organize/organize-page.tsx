import { useInfiniteQuery, useQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { EventService, type ListMyEventsResponse } from '~/gen/plenary/events/v1/event_service_pb';
import {
  type Organization,
  OrganizationService,
} from '~/gen/plenary/identity/v1/organization_service_pb';
import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { TextInput } from '~/ui/input';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { RowList, RowsLoading } from '~/ui/row-list';
import { EmptyState, ErrorState, ListEnd } from '~/ui/states';
import { VisuallyHidden } from '~/ui/visually-hidden';
import { CloneDialog } from './clone-dialog';
import { CreateEventDialog } from './create-event-dialog';
import { CreateOrganization } from './create-organization';
import { EventRow } from './event-row';
import { m } from './messages';
import styles from './organize-page.module.css';

/** Where organizers begin: their organization, their events. */
export function OrganizePage() {
  const t = useText();
  usePageTitle(t(m.title));
  const found = useQuery(OrganizationService.method.listMyOrganizations, {});
  const organizations = found.data?.organizations;
  const [creating, setCreating] = useState(false);
  const newEvent = (
    <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
      {t(m.newEvent)}
    </Button>
  );
  const ready = organizations !== undefined && organizations.length > 0;
  return (
    <Page>
      <PageHeader title={t(m.title)} lead={t(m.lead)} actions={ready && newEvent} />
      {found.isPending && <RowsLoading />}
      {found.isError && !organizations && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {organizations?.length === 0 && (
        <div className={styles.organization}>
          <CreateOrganization />
        </div>
      )}
      {ready && <Events organizations={organizations} />}
      {creating && ready && (
        <CreateEventDialog organizations={organizations} onClose={() => setCreating(false)} />
      )}
    </Page>
  );
}

function useMyEvents(query: string) {
  return useInfiniteQuery(
    EventService.method.listMyEvents,
    { query, pageToken: '' },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: ListMyEventsResponse) => page.nextPageToken || undefined,
      placeholderData: keepPreviousData,
    },
  );
}

function Events({ organizations }: { organizations: readonly Organization[] }) {
  const t = useText();
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim());
  const found = useMyEvents(query);
  const [cloning, setCloning] = useState<EventSummary>();
  const events = found.data?.pages.flatMap((page) => page.events) ?? [];
  const settled = found.isSuccess && !found.isPlaceholderData;
  return (
    <Stack gap={6}>
      {(query !== '' || events.length > 0) && (
        <search className={styles.search}>
          <TextInput
            type="search"
            icon="search"
            aria-label={t(m.search)}
            placeholder={t(m.search)}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </search>
      )}
      <VisuallyHidden live="polite">
        {query && settled && t(m.found, { count: events.length })}
      </VisuallyHidden>
      {found.isPending && <RowsLoading />}
      {found.isError && events.length === 0 && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {settled && events.length === 0 && <NoEvents query={query} onShowAll={() => setText('')} />}
      {events.length > 0 && (
        <>
          <RowList label={t(m.list)}>
            {events.map((event) => (
              <li key={event.id}>
                <EventRow
                  event={event}
                  showOrganization={organizations.length > 1}
                  onClone={() => setCloning(event)}
                />
              </li>
            ))}
          </RowList>
          <ListEnd found={found} more={t(m.more)} end={t(m.end)} />
        </>
      )}
      {cloning && <CloneDialog event={cloning} onClose={() => setCloning(undefined)} />}
    </Stack>
  );
}

function NoEvents({ query, onShowAll }: { query: string; onShowAll: () => void }) {
  const t = useText();
  if (!query) {
    return (
      <EmptyState icon="calendar" title={t(m.noneTitle)}>
        {t(m.noneText)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="search"
      title={t(m.noMatchTitle)}
      action={<Button onClick={onShowAll}>{t(m.showAll)}</Button>}
    >
      {t(m.noMatchText)}
    </EmptyState>
  );
}
