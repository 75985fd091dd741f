import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import { useState } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { Switch } from '~/ui/choice';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink, TextLink } from '~/ui/link';
import { Progress } from '~/ui/progress';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { CameraView } from './camera-view';
import styles from './check-in-page.module.css';
import { ManualEntry } from './manual-entry';
import { m } from './messages';
import { RecentScans } from './recent-scans';
import { ResultPanel } from './result-panel';
import { useCheckIn, useCounts } from './use-check-in';

const route = getRouteApi('/organize/events/$eventId/check-in');

/** The door of an event: scan, see, let in. */
export function CheckInPage() {
  const t = useText();
  const { eventId: text } = route.useParams();
  const eventId = parseId('event', text);
  if (!eventId) throw notFound();
  usePageTitle(t(m.title));
  const found = useQuery(EventService.method.getEvent, { eventId });
  const event = found.data?.event;
  if (event?.access?.canCheckIn) return <Door event={event} />;
  return (
    <Page width="text">
      {event && (
        <EmptyState
          as="h1"
          icon="lock"
          title={t(m.refusedTitle)}
          action={
            <ButtonLink to="/events/$eventId" params={{ eventId }}>
              {t(m.toEvent)}
            </ButtonLink>
          }
        >
          {t(m.refusedText)}
        </EmptyState>
      )}
      {found.isError && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {found.isPending && (
        <Loading>
          <Stack gap={6}>
            <Skeleton shape="title" />
            <Skeleton shape="cover" />
          </Stack>
        </Loading>
      )}
    </Page>
  );
}

function Door({ event }: { event: Event }) {
  const t = useText();
  const [sound, setSound] = useState(true);
  const door = useCheckIn(event.id, sound);
  return (
    <Page>
      <PageHeader
        eyebrow={
          <TextLink to="/organize/events/$eventId" params={{ eventId: event.id }} look="quiet">
            {event.title}
          </TextLink>
        }
        title={t(m.title)}
        actions={<Counts eventId={event.id} />}
      />
      <div className={styles.columns}>
        <Stack gap={6}>
          <ResultPanel scan={door.scans[0]} checking={door.checking} onRetry={door.retry} />
          <CameraView onCode={door.see} onStart={() => door.signals.unlock()} />
          <ManualEntry
            onCode={(code) => {
              door.signals.unlock();
              door.check(code);
            }}
          />
          <Switch label={t(m.sound)} checked={sound} onChange={setSound} />
        </Stack>
        <RecentScans scans={door.scans} />
      </div>
    </Page>
  );
}

function Counts({ eventId }: { eventId: string }) {
  const t = useText();
  const counts = useCounts(eventId);
  if (!counts.data) return null;
  const { ticketCount: all, checkedInCount: inside } = counts.data;
  const words = t(m.inside, { inside, all });
  return (
    <div className={styles.counts}>
      <p>{words}</p>
      <Progress label={words} value={all > 0 ? inside / all : 0} />
    </div>
  );
}
