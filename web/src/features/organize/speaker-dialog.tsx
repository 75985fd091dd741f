import { useMutation } from '@connectrpc/connect-query';
import { AgendaService } from '~/gen/plenary/events/v1/agenda_service_pb';
import type { Speaker } from '~/gen/plenary/events/v1/event_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { useRequestIdFor } from '~/lib/request-id';
import { Avatar } from '~/ui/avatar';
import { Field } from '~/ui/field';
import { FileDrop } from '~/ui/file-drop';
import { TextArea, TextInput } from '~/ui/input';
import { hasLength } from './checks';
import { m } from './editor-messages';
import { FormDialog } from './form-dialog';
import { PICTURE_KINDS, PICTURE_LIMIT_BYTES, useUpload } from './use-upload';

interface SpeakerDialogProps {
  eventId: string;
  /** Undefined for a new one. */
  speaker: Speaker | undefined;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

const TAGLINE_MAX = 120;
const BIOGRAPHY_MAX = 2000;

export function SpeakerDialog({ eventId, speaker, onClose, onSaved }: SpeakerDialogProps) {
  const t = useText();
  const requestIdFor = useRequestIdFor();
  const create = useMutation(AgendaService.method.createSpeaker);
  const update = useMutation(AgendaService.method.updateSpeaker);
  const form = useForm({
    initial: {
      name: speaker?.name ?? '',
      tagline: speaker?.tagline ?? '',
      biography: speaker?.biography ?? '',
      pictureId: speaker?.picture?.id ?? '',
    },
    validate: ({ name }) => (hasLength(name, 1, 80) ? {} : { name: t(m.speakerNameMissing) }),
    submit: async (values) => {
      const content = {
        name: values.name.trim(),
        tagline: values.tagline.trim(),
        biography: values.biography.trim(),
        ...(values.pictureId && { picture: { id: values.pictureId } }),
      };
      const requestId = requestIdFor({ id: speaker?.id ?? '', ...values });
      if (speaker) {
        await update.mutateAsync({
          requestId,
          speaker: { ...content, id: speaker.id },
          updateMask: { paths: ['*'] },
        });
      } else {
        await create.mutateAsync({ requestId, speaker: { ...content, eventId } });
      }
      await onSaved();
      onClose();
    },
  });
  const upload = useUpload(eventId, (imageId) => form.set('pictureId', imageId));
  const title = speaker ? t(m.change, { title: speaker.name }) : t(m.addSpeaker);
  return (
    <FormDialog form={form} title={title} action={t(m.saveSpeaker)} onClose={onClose}>
      <Field label={t(m.speakerName)} error={form.errors.name}>
        <TextInput autoComplete="off" {...form.text('name')} />
      </Field>
      <Field label={t(m.tagline)} error={form.errors.tagline} optional>
        <TextInput autoComplete="off" maxLength={TAGLINE_MAX} {...form.text('tagline')} />
      </Field>
      <Field label={t(m.biography)} error={form.errors.biography} optional>
        <TextArea rows={4} maxLength={BIOGRAPHY_MAX} {...form.text('biography')} />
      </Field>
      <Field label={t(m.picture)} error={upload.error ?? form.errors.pictureId} optional>
        <FileDrop
          accept={PICTURE_KINDS}
          limit_bytes={PICTURE_LIMIT_BYTES}
          onFile={upload.take}
          onRefused={upload.setError}
          preview={
            <Avatar
              name={form.values.name}
              src={imageUrl('event', form.values.pictureId)}
              size="large"
            />
          }
        />
      </Field>
    </FormDialog>
  );
}
