import { useMutation } from '@connectrpc/connect-query';
import { useState } from 'react';
import { AgendaService } from '~/gen/plenary/events/v1/agenda_service_pb';
import type { Speaker } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { Avatar } from '~/ui/avatar';
import { Button } from '~/ui/button';
import { ConfirmDialog } from './confirm-dialog';
import type { DraftSectionProps } from './details-section';
import { m } from './editor-messages';
import { Row, Rows } from './rows';
import { Section } from './section';
import { SpeakerDialog } from './speaker-dialog';
import { useEventsChanged } from './use-events-changed';

/** Who speaks. */
export function SpeakersSection({ draft, disabled }: DraftSectionProps) {
  const t = useText();
  const { event } = useStore(draft.state);
  const eventsChanged = useEventsChanged();
  const [edited, setEdited] = useState<Speaker | 'new'>();
  const [removed, setRemoved] = useState<Speaker>();
  const requestIdFor = useRequestIdFor();
  const remove = useMutation(AgendaService.method.deleteSpeaker);
  const refresh = async () => {
    eventsChanged();
    await draft.refresh();
  };
  return (
    <Section
      id="speakers"
      title={t(m.speakers)}
      disabled={disabled}
      action={
        <Button size="small" icon="plus" onClick={() => setEdited('new')}>
          {t(m.addSpeaker)}
        </Button>
      }
    >
      <Rows empty={t(m.speakersEmpty)}>
        {event.speakers.map((speaker) => (
          <Row
            key={speaker.id}
            lead={<Avatar name={speaker.name} src={imageUrl('event', speaker.picture?.id)} />}
            title={speaker.name}
            facts={[speaker.tagline]}
            onEdit={() => setEdited(speaker)}
            onRemove={() => setRemoved(speaker)}
          />
        ))}
      </Rows>
      {edited && (
        <SpeakerDialog
          eventId={event.id}
          speaker={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={refresh}
        />
      )}
      {removed && (
        <ConfirmDialog
          title={t(m.removeTitle, { title: removed.name })}
          text={t(m.removeText)}
          action={t(m.remove)}
          danger
          onClose={() => setRemoved(undefined)}
          run={async () => {
            const command = { speakerId: removed.id };
            await remove.mutateAsync({ ...command, requestId: requestIdFor(command) });
            await refresh();
          }}
        />
      )}
    </Section>
  );
}
