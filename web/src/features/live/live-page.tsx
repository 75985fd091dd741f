import { Code } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import type { Room } from '~/gen/plenary/live/v1/live_service_pb';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { useSessionState } from '~/lib/session/use-session';
import { useStore } from '~/lib/store';
import { Badge } from '~/ui/badge';
import { Page } from '~/ui/layout';
import { ButtonLink, TextLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { AfterCall } from './after-call';
import { InRoom } from './in-room';
import styles from './live-page.module.css';
import { Lobby } from './lobby';
import { m } from './messages';
import { isEnded, isLive } from './model';
import { useLive } from './use-live';
import { useRoom } from './use-room';

const route = getRouteApi('/live/$sessionId');

/** A live session: before, during and after. */
export function LivePage() {
  const t = useText();
  const { sessionId: text } = route.useParams();
  const sessionId = parseId('session', text);
  if (!sessionId) throw notFound();
  const { room, access, error, refetch } = useRoom(sessionId);
  const session = useSessionState();
  usePageTitle(t(m.title));
  if (room && session.kind === 'signedIn') {
    const { canHost = false, canJoin = false } = access ?? {};
    return <LiveRoom room={room} canHost={canHost} canJoin={canJoin} userId={session.user.id} />;
  }
  if (error) {
    const problem = toProblem(error);
    return (
      <Page width="text">
        {problem.code === Code.NotFound ? (
          <EmptyState
            as="h1"
            icon="screen"
            title={t(m.noRoomTitle)}
            action={<ButtonLink to="/">{t(m.backToEvent)}</ButtonLink>}
          >
            {t(m.noRoomText)}
          </EmptyState>
        ) : (
          <ErrorState problem={problem} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page width="text">
      <Loading>
        <Skeleton shape="block" />
        <Skeleton lines={3} />
      </Loading>
    </Page>
  );
}

interface LiveRoomProps {
  room: Room;
  canHost: boolean;
  canJoin: boolean;
  userId: string;
}

function LiveRoom({ room, canHost, canJoin, userId }: LiveRoomProps) {
  const t = useText();
  const { call, chat } = useLive(room.id, userId);
  const state = useStore(call.state);
  const { data } = useQuery(EventService.method.getEvent, { eventId: room.eventId });
  const event = data?.event;
  const title = event?.sessions.find(({ id }) => id === room.sessionId)?.title ?? t(m.title);
  usePageTitle(title);
  const inside = state.kind === 'live';
  return (
    <div
      className={styles.live}
      data-inside={inside || undefined}
      data-on-air={(inside && canHost && isLive(room)) || undefined}
    >
      <header className={styles.bar}>
        <TextLink to="/events/$eventId" params={{ eventId: room.eventId }}>
          {t(m.backToEvent)}
        </TextLink>
        <h1>{title}</h1>
        {isLive(room) ? (
          <Badge tone="live">{t(m.liveNow)}</Badge>
        ) : (
          <Badge>{t(isEnded(room) ? m.endedTitle : m.waiting)}</Badge>
        )}
        {isLive(room) && (
          <span className={styles.count}>{t(m.people, { count: room.participantCount })}</span>
        )}
        {canHost && (
          // In a page of its own: leaving this one leaves the stage.
          <TextLink
            to="/live/$sessionId/connections"
            params={{ sessionId: room.sessionId }}
            target="_blank"
          >
            {t(m.connectionsOfAll)}
          </TextLink>
        )}
      </header>
      {inside ? (
        <InRoom call={call} chat={chat} room={room} canHost={canHost} userId={userId} />
      ) : (
        <Page width="text">
          <AfterCall state={state} />
          <Lobby call={call} room={room} canHost={canHost} canJoin={canJoin} state={state} />
        </Page>
      )}
    </div>
  );
}
