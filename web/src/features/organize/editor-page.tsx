import { Code } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import { type Event, EventState } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { useStore } from '~/lib/store';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink, TextLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { AgendaSection } from './agenda-section';
import { DetailsSection } from './details-section';
import { m } from './editor-messages';
import styles from './editor-page.module.css';
import { SavingState } from './saving-state';
import { SpeakersSection } from './speakers-section';
import { StandingPanel } from './standing-panel';
import { StateBadge } from './state-badge';
import { TicketsSection } from './tickets-section';
import { useDraft } from './use-draft';
import { VisibilitySection } from './visibility-section';
import { WhenSection } from './when-section';

const route = getRouteApi('/organize/events/$eventId');

/** Everything that an event's team can change of it. */
export function EditorPage() {
  const { eventId: text } = route.useParams();
  const eventId = parseId('event', text);
  if (!eventId) throw notFound();
  const found = useQuery(EventService.method.getEvent, { eventId });
  const event = found.data?.event;
  if (event?.access?.canManage) return <Editor key={event.id} event={event} />;
  if (event) return <NoEvent />;
  if (found.isError) {
    const problem = toProblem(found.error);
    if (problem.code === Code.NotFound) return <NoEvent />;
    return (
      <Page width="text">
        <ErrorState problem={problem} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  return <EditorLoading />;
}

const locked: ReadonlySet<EventState> = new Set([
  EventState.SUBMITTED,
  EventState.ENDED,
  EventState.CANCELLED,
]);
const over: ReadonlySet<EventState> = new Set([EventState.ENDED, EventState.CANCELLED]);

function Editor({ event: found }: { event: Event }) {
  const t = useText();
  const draft = useDraft(found);
  const { event } = useStore(draft.state);
  usePageTitle(event.title);
  const disabled = locked.has(event.state);
  return (
    <Page width="wide">
      <PageHeader
        eyebrow={
          <TextLink to="/organize" look="quiet">
            {t(m.back)}
          </TextLink>
        }
        title={event.title}
        actions={<StateBadge state={event.state} />}
      />
      <div className={styles.columns}>
        <aside className={styles.aside}>
          <div className={styles.saving}>
            <SavingState draft={draft} />
          </div>
          <StandingPanel draft={draft} />
        </aside>
        <div className={styles.sections}>
          <DetailsSection draft={draft} disabled={disabled} />
          <WhenSection draft={draft} disabled={disabled} />
          <AgendaSection draft={draft} disabled={disabled} />
          <SpeakersSection draft={draft} disabled={disabled} />
          <TicketsSection event={event} disabled={over.has(event.state)} />
          <VisibilitySection draft={draft} disabled={disabled} />
        </div>
      </div>
    </Page>
  );
}

function NoEvent() {
  const t = useText();
  usePageTitle(t(m.notFoundTitle));
  return (
    <Page width="text">
      <EmptyState
        as="h1"
        icon="calendar"
        title={t(m.notFoundTitle)}
        action={<ButtonLink to="/organize">{t(m.back)}</ButtonLink>}
      >
        {t(m.notFoundText)}
      </EmptyState>
    </Page>
  );
}

function EditorLoading() {
  return (
    <Page width="wide">
      <Loading>
        <Stack gap={8}>
          <Skeleton shape="title" />
          <Skeleton shape="block" />
          <Skeleton lines={6} />
        </Stack>
      </Loading>
    </Page>
  );
}
