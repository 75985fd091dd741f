import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMutation } from '@connectrpc/connect-query';
import { useState } from 'react';
import { AgendaService } from '~/gen/plenary/events/v1/agenda_service_pb';
import type { Event, Session } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { spanInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Button } from '~/ui/button';
import { ButtonLink } from '~/ui/link';
import { ConfirmDialog } from './confirm-dialog';
import type { DraftSectionProps } from './details-section';
import { m } from './editor-messages';
import { Row, Rows } from './rows';
import { Section } from './section';
import { SessionDialog } from './session-dialog';
import { useEventsChanged } from './use-events-changed';

/** What happens when. */
export function AgendaSection({ draft, disabled }: DraftSectionProps) {
  const t = useText();
  const { event } = useStore(draft.state);
  const eventsChanged = useEventsChanged();
  const [edited, setEdited] = useState<Session | 'new'>();
  const [removed, setRemoved] = useState<Session>();
  const requestIdFor = useRequestIdFor();
  const remove = useMutation(AgendaService.method.deleteSession);
  const refresh = async () => {
    eventsChanged();
    await draft.refresh();
  };
  return (
    <Section
      id="agenda"
      title={t(m.agenda)}
      disabled={disabled}
      action={
        <Button
          size="small"
          icon="plus"
          onClick={() => void draft.flush().then(() => setEdited('new'))}
        >
          {t(m.addSession)}
        </Button>
      }
    >
      <Rows empty={t(m.agendaEmpty)}>
        {event.sessions.map((session) => (
          <SessionRow
            key={session.id}
            event={event}
            session={session}
            onEdit={() => setEdited(session)}
            onRemove={() => setRemoved(session)}
          />
        ))}
      </Rows>
      {edited && (
        <SessionDialog
          event={event}
          session={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={refresh}
        />
      )}
      {removed && (
        <ConfirmDialog
          title={t(m.removeTitle, { title: removed.title })}
          text={t(m.removeText)}
          action={t(m.remove)}
          danger
          onClose={() => setRemoved(undefined)}
          run={async () => {
            const command = { sessionId: removed.id };
            await remove.mutateAsync({ ...command, requestId: requestIdFor(command) });
            await refresh();
          }}
        />
      )}
    </Section>
  );
}

interface SessionRowProps {
  event: Event;
  session: Session;
  onEdit: () => void;
  onRemove: () => void;
}

function SessionRow({ event, session, onEdit, onRemove }: SessionRowProps) {
  const t = useText();
  const words = useTimeWords(event.timeZone);
  const { startTime, endTime, title } = session;
  const names = session.speakerIds.flatMap(
    (id) => event.speakers.find((speaker) => speaker.id === id)?.name ?? [],
  );
  const when =
    startTime && endTime && spanInWords(timestampDate(startTime), timestampDate(endTime), words);
  const who = names.length > 0 && t(m.withSpeakers, { names: names.join(', ') });
  const room = session.hasLiveRoom && (
    <>
      <Badge>{t(m.liveRoom)}</Badge>
      <ButtonLink
        to="/live/$sessionId"
        params={{ sessionId: session.id }}
        size="small"
        tone="quiet"
        icon="play"
      >
        {t(m.openRoom)}
      </ButtonLink>
      <ButtonLink
        to="/live/$sessionId/connections"
        params={{ sessionId: session.id }}
        size="small"
        tone="quiet"
        icon="signal"
      >
        {t(m.connections)}
      </ButtonLink>
    </>
  );
  return <Row title={title} facts={[when, who]} extra={room} onEdit={onEdit} onRemove={onRemove} />;
}
