import { Code } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Event, EventState } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { firstLoadOf } from '~/lib/first-load';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { imageUrl } from '~/lib/images';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { useSessionState } from '~/lib/session/use-session';
import { Badge } from '~/ui/badge';
import { Cover } from '~/ui/cover';
import { Page, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { Prose } from '~/ui/prose';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState, Notice } from '~/ui/states';
import { Agenda } from './agenda';
import styles from './event-page.module.css';
import { Facts } from './facts';
import { m } from './messages';
import { standingOf } from './model';
import { Speakers } from './speakers';

const route = getRouteApi('/events/$eventId');

interface EventPageProps {
  /** The card with the one button that says the next thing. */
  tickets: (event: Event) => ReactNode;
}

/** One event: what it is, when, by whom, and how to be there. */
export function EventPage({ tickets }: EventPageProps) {
  const { eventId: text } = route.useParams();
  const eventId = parseId('event', text);
  if (!eventId) throw notFound();
  const first = firstLoadOf(EventService.method.getEvent, { eventId });
  const found = useQuery(
    EventService.method.getEvent,
    { eventId },
    { ...(first && { initialData: first }) },
  );
  const event = found.data?.event;
  usePageTitle(event?.title);
  if (event) return <EventView event={event} tickets={tickets} />;
  if (found.isError) {
    const problem = toProblem(found.error);
    if (problem.code === Code.NotFound) return <NoEvent eventId={eventId} />;
    return (
      <Page width="text">
        <ErrorState problem={problem} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  return <EventLoading />;
}

function EventView({ event, tickets }: { event: Event } & EventPageProps) {
  const t = useText();
  return (
    <Page>
      <Cover
        name={event.title}
        src={imageUrl('event', event.cover?.id)}
        alt={event.coverAlt}
        width={event.cover?.width}
        height={event.cover?.height}
        eager
        className={event.cover ? styles.cover : styles.drawing}
      />
      <div className={styles.columns}>
        <Stack gap={8} className={styles.main}>
          <Standing event={event} />
          <header className={styles.header}>
            {event.state === EventState.LIVE && <Badge tone="live">{t(m.stateLive)}</Badge>}
            <h1>{event.title}</h1>
            <p className={styles.organizer}>{t(m.by, { organizer: event.organizationName })}</p>
            {event.summary && <p className={styles.summary}>{event.summary}</p>}
          </header>
          <Facts event={event} />
          {event.access?.canManage && <Team event={event} />}
        </Stack>
        <aside className={styles.aside}>{tickets(event)}</aside>
        <div className={styles.rest}>
          {event.descriptionHtml && (
            <section aria-labelledby="about">
              <h2 id="about">{t(m.about)}</h2>
              <Prose html={event.descriptionHtml} />
            </section>
          )}
          {event.sessions.length > 0 && <Agenda event={event} />}
          {event.speakers.length > 0 && <Speakers speakers={event.speakers} />}
        </div>
      </div>
    </Page>
  );
}

function Standing({ event }: { event: Event }) {
  const t = useText();
  const standing = standingOf(event);
  if (!standing) return null;
  return (
    <Notice tone={standing.tone}>{t(standing.text, { reason: event.rejectionReason })}</Notice>
  );
}

/** Where the team of an event goes from here. */
function Team({ event }: { event: Event }) {
  const t = useText();
  const open = [EventState.PUBLISHED, EventState.LIVE].includes(event.state);
  return (
    <div className={styles.team}>
      <p>{t(m.team)}</p>
      <div className={styles.teamLinks}>
        <ButtonLink
          to="/organize/events/$eventId"
          params={{ eventId: event.id }}
          size="small"
          icon="settings"
        >
          {t(m.manage)}
        </ButtonLink>
        {open && event.access?.canCheckIn && (
          <ButtonLink
            to="/organize/events/$eventId/check-in"
            params={{ eventId: event.id }}
            size="small"
            icon="qr"
          >
            {t(m.checkIn)}
          </ButtonLink>
        )}
      </div>
    </div>
  );
}

/** A private event and one that never was look the same, to everybody. */
function NoEvent({ eventId }: { eventId: string }) {
  const t = useText();
  const anonymous = useSessionState().kind === 'anonymous';
  usePageTitle(t(m.notFoundTitle));
  return (
    <Page width="text">
      <EmptyState
        as="h1"
        icon="calendar"
        title={t(m.notFoundTitle)}
        action={
          <>
            {anonymous && (
              <ButtonLink to="/sign-in" search={{ next: `/events/${eventId}` }} tone="primary">
                {t(m.signIn)}
              </ButtonLink>
            )}
            <ButtonLink to="/">{t(m.toDiscover)}</ButtonLink>
          </>
        }
      >
        {t(m.notFoundText)}
      </EmptyState>
    </Page>
  );
}

function EventLoading() {
  return (
    <Page>
      <Loading>
        <div className={styles.cover}>
          <Skeleton shape="cover" />
        </div>
        <div className={styles.columns}>
          <Stack gap={6} className={styles.main}>
            <Skeleton shape="title" />
            <Skeleton lines={4} />
          </Stack>
          <div className={styles.aside}>
            <Skeleton shape="block" />
          </div>
        </div>
      </Loading>
    </Page>
  );
}
