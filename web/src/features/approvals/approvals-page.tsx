import { Code } from '@connectrpc/connect';
import { createConnectQueryKey, useInfiniteQuery } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { EventSummary } from '~/gen/plenary/events/v1/event_pb';
import {
  EventService,
  type ListSubmittedEventsResponse,
} from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState, ListEnd } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { m } from './messages';
import { SendBackDialog } from './send-back-dialog';
import { SubmittedEvent } from './submitted-event';

function useQueue() {
  return useInfiniteQuery(
    EventService.method.listSubmittedEvents,
    { pageToken: '' },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: ListSubmittedEventsResponse) => page.nextPageToken || undefined,
      refetchOnMount: 'always',
    },
  );
}

/** The administrators' queue. */
export function ApprovalsPage() {
  const t = useText();
  usePageTitle(t(m.title));
  const queue = useQueue();
  const problem = queue.error ? toProblem(queue.error) : undefined;
  if (problem?.code === Code.PermissionDenied) return <Denied />;
  const events = queue.data?.pages.flatMap((page) => page.events);
  return (
    <Page width="text">
      <PageHeader title={t(m.title)} lead={t(m.lead)} />
      {queue.isPending && (
        <Loading>
          <Stack gap={4}>
            <Skeleton shape="block" />
            <Skeleton shape="block" />
          </Stack>
        </Loading>
      )}
      {problem && !events && <ErrorState problem={problem} onRetry={() => void queue.refetch()} />}
      {events && <Queue events={events} />}
      <ListEnd found={queue} more={t(m.more)} />
    </Page>
  );
}

function Queue({ events }: { events: readonly EventSummary[] }) {
  const t = useText();
  const queryClient = useQueryClient();
  const list = useRef<HTMLDivElement>(null);
  const [sendingBack, setSendingBack] = useState<EventSummary>();

  const done = async (words: string) => {
    setSendingBack(undefined);
    showToast(words, { tone: 'success' });
    await queryClient.invalidateQueries({
      queryKey: createConnectQueryKey({ schema: EventService, cardinality: undefined }),
    });
    // The button that was pressed is gone with its event; the next one is where one goes on.
    list.current?.focus();
  };
  return (
    <div ref={list} tabIndex={-1}>
      {events.length === 0 && (
        <EmptyState icon="check" title={t(m.emptyTitle)}>
          {t(m.emptyText)}
        </EmptyState>
      )}
      {events.length > 0 && (
        <Stack as="ul" gap={4} role="list" aria-label={t(m.queue)}>
          {events.map((event) => (
            <li key={event.id}>
              <SubmittedEvent
                event={event}
                onApproved={() => void done(t(m.approved))}
                onSendBack={() => setSendingBack(event)}
              />
            </li>
          ))}
        </Stack>
      )}
      {sendingBack && (
        <SendBackDialog
          event={sendingBack}
          onClose={() => setSendingBack(undefined)}
          onDone={() => void done(t(m.sentBack))}
        />
      )}
    </div>
  );
}

function Denied() {
  const t = useText();
  return (
    <Page width="text">
      <EmptyState
        as="h1"
        icon="lock"
        title={t(m.deniedTitle)}
        action={<ButtonLink to="/">{t(m.toDiscover)}</ButtonLink>}
      >
        {t(m.deniedText)}
      </EmptyState>
    </Page>
  );
}
