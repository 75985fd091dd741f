import { Code } from '@connectrpc/connect';
import { useInfiniteQuery, useQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import {
  type ListConnectionsResponse,
  LiveService,
  type Room,
  RoomState,
} from '~/gen/plenary/live/v1/live_service_pb';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { Select, TextInput } from '~/ui/input';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { RowList, RowsLoading } from '~/ui/row-list';
import { EmptyState, ErrorState, ListEnd } from '~/ui/states';
import { VisuallyHidden } from '~/ui/visually-hidden';
import { ConnectionRow } from './connection-row';
import styles from './connections-page.module.css';
import { m } from './messages';
import { RoomSummary } from './room-summary';

const route = getRouteApi('/live/$sessionId/connections');

/** As often as connections are looked at. */
const REFRESH_MS = 5_000;

/** Everybody's connection to a live session, for the event's team: now, and afterwards. */
export function ConnectionsPage() {
  const t = useText();
  const { sessionId: text } = route.useParams();
  const sessionId = parseId('session', text);
  if (!sessionId) throw notFound();
  usePageTitle(t(m.title));
  const found = useQuery(
    LiveService.method.getRoom,
    { sessionId },
    { refetchInterval: REFRESH_MS * 2 },
  );
  const { room, access } = found.data ?? {};
  if (room && access?.canHost) return <Connections room={room} />;
  if (room) return <Refused title={t(m.notYoursTitle)}>{t(m.notYoursText)}</Refused>;
  if (found.error) {
    const problem = toProblem(found.error);
    if (problem.code === Code.NotFound)
      return <Refused title={t(m.noRoomTitle)}>{t(m.noRoomText)}</Refused>;
    return (
      <Page width="text">
        <ErrorState problem={problem} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  return (
    <Page>
      <RowsLoading />
    </Page>
  );
}

function Refused({ title, children }: { title: string; children: string }) {
  const t = useText();
  return (
    <Page width="text">
      <EmptyState
        as="h1"
        icon="signal"
        title={title}
        action={<ButtonLink to="/">{t(m.backHome)}</ButtonLink>}
      >
        {children}
      </EmptyState>
    </Page>
  );
}

function useConnections(room: Room, query: string, presentOnly: boolean) {
  return useInfiniteQuery(
    LiveService.method.listConnections,
    { roomId: room.id, query, presentOnly, pageToken: '' },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: ListConnectionsResponse) => page.nextPageToken || undefined,
      placeholderData: keepPreviousData,
      // After the end the last records are still on their way.
      refetchInterval: room.state === RoomState.ENDED ? REFRESH_MS * 2 : REFRESH_MS,
    },
  );
}

function Connections({ room }: { room: Room }) {
  const t = useText();
  const { data } = useQuery(EventService.method.getEvent, { eventId: room.eventId });
  const session = data?.event?.sessions.find(({ id }) => id === room.sessionId);
  const title = session ? t(m.titleOf, { title: session.title }) : t(m.title);
  usePageTitle(title);
  const [text, setText] = useState('');
  const [presentOnly, setPresentOnly] = useState(false);
  const query = useDeferredValue(text.trim());
  const found = useConnections(room, query, presentOnly);
  const pages = found.data?.pages ?? [];
  const settled = found.isSuccess && !found.isPlaceholderData;
  const health = pages[0]?.health;
  const narrowed = query !== '' || presentOnly;
  const all = onceEach(pages);
  const showAll = () => {
    setText('');
    setPresentOnly(false);
  };
  return (
    <Page>
      <PageHeader
        title={title}
        lead={t(room.state === RoomState.ENDED ? m.leadAfter : m.lead)}
        actions={
          <ButtonLink to="/live/$sessionId" params={{ sessionId: room.sessionId }} icon="play">
            {t(m.toRoom)}
          </ButtonLink>
        }
      />
      <Stack gap={6}>
        {health && <RoomSummary health={health} ended={room.state === RoomState.ENDED} />}
        {(narrowed || all.length > 0) && (
          <search className={styles.filters}>
            <TextInput
              type="search"
              icon="search"
              aria-label={t(m.search)}
              placeholder={t(m.search)}
              autoComplete="off"
              maxLength={100}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Select
              aria-label={t(m.show)}
              value={presentOnly ? 'present' : 'all'}
              onChange={(event) => setPresentOnly(event.target.value === 'present')}
            >
              <option value="all">{t(m.showAll)}</option>
              <option value="present">{t(m.showPresent)}</option>
            </Select>
          </search>
        )}
        <VisuallyHidden live="polite">
          {narrowed && settled && t(m.found, { count: all.length })}
        </VisuallyHidden>
        {found.isPending && <RowsLoading />}
        {found.isError && (
          <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
        )}
        {settled && all.length === 0 && <Nobody narrowed={narrowed} onShowAll={showAll} />}
        {all.length > 0 && (
          <>
            <RowList label={t(m.list)}>
              {all.map((connection) => (
                <ConnectionRow key={connection.participantSid} connection={connection} />
              ))}
            </RowList>
            <ListEnd found={found} more={t(m.more)} end={t(m.end)} />
          </>
        )}
      </Stack>
    </Page>
  );
}

/** A row may move from one page to the next between two questions; it is shown where it stands first. */
function onceEach(pages: readonly ListConnectionsResponse[]) {
  const rows = pages.flatMap(({ connections }) =>
    connections.map((connection) => [connection.participantSid, connection] as const),
  );
  return [...new Map(rows.reverse()).values()].reverse();
}

function Nobody({ narrowed, onShowAll }: { narrowed: boolean; onShowAll: () => void }) {
  const t = useText();
  if (!narrowed) {
    return (
      <EmptyState icon="signal" title={t(m.noneTitle)}>
        {t(m.noneText)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="search"
      title={t(m.noMatchTitle)}
      action={<Button onClick={onShowAll}>{t(m.showEverybody)}</Button>}
    >
      {t(m.noMatchText)}
    </EmptyState>
  );
}
