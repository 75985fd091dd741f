import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useMutation } from '@connectrpc/connect-query';
import { AgendaService } from '~/gen/plenary/events/v1/agenda_service_pb';
import type { Event, Session } from '~/gen/plenary/events/v1/event_pb';
import { type FieldErrors, useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { type WallTime, wallTimeOf } from '~/lib/zoned';
import { Checkbox } from '~/ui/choice';
import { DateTimeField } from '~/ui/date-time-field';
import { Field, FieldGroup } from '~/ui/field';
import { TextArea, TextInput } from '~/ui/input';
import { Grid } from '~/ui/layout';
import { hasLength } from './checks';
import { instantIn, valuesOf } from './draft';
import { m } from './editor-messages';
import { FormDialog } from './form-dialog';

interface SessionDialogProps {
  event: Event;
  /** Undefined for a new one. */
  session: Session | undefined;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

interface SessionValues {
  title: string;
  startTime: WallTime;
  endTime: WallTime;
  summary: string;
  hasLiveRoom: boolean;
  speakerIds: string[];
}

const SUMMARY_MAX = 2000;

/** A new session begins where the one before ended, and fills the rest of the event. */
function initialOf(event: Event, session: Session | undefined, zone: string): SessionValues {
  const wall = (time: Session['startTime']) => (time ? wallTimeOf(timestampDate(time), zone) : '');
  if (session) {
    const { title, summary, hasLiveRoom, speakerIds } = session;
    return {
      title,
      summary,
      hasLiveRoom,
      speakerIds,
      startTime: wall(session.startTime),
      endTime: wall(session.endTime),
    };
  }
  const last = event.sessions.at(-1)?.endTime;
  const full = last !== undefined && last.seconds >= (event.endTime?.seconds ?? 0n);
  return {
    title: '',
    summary: '',
    hasLiveRoom: true,
    speakerIds: [],
    startTime: wall(last && !full ? last : event.startTime),
    endTime: wall(event.endTime),
  };
}

export function SessionDialog({ event, session, onClose, onSaved }: SessionDialogProps) {
  const t = useText();
  const zone = valuesOf(event).timeZone;
  const requestIdFor = useRequestIdFor();
  const create = useMutation(AgendaService.method.createSession);
  const update = useMutation(AgendaService.method.updateSession);
  const form = useForm<SessionValues>({
    initial: initialOf(event, session, zone),
    validate: ({ title, startTime, endTime }) => {
      const errors: FieldErrors<SessionValues> = {};
      const [start, end] = [instantIn(startTime, zone), instantIn(endTime, zone)];
      if (!hasLength(title, 1, 120)) errors.title = t(m.sessionTitleMissing);
      if (!start) errors.startTime = t(m.sessionTimeMissing);
      if (!end) errors.endTime = t(m.sessionTimeMissing);
      else if (start && start >= end) errors.endTime = t(m.sessionEndEarly);
      return errors;
    },
    submit: async (values) => {
      const [start, end] = [instantIn(values.startTime, zone), instantIn(values.endTime, zone)];
      const content = {
        title: values.title.trim(),
        summary: values.summary.trim(),
        hasLiveRoom: values.hasLiveRoom,
        speakerIds: values.speakerIds,
        ...(start && { startTime: timestampFromDate(start) }),
        ...(end && { endTime: timestampFromDate(end) }),
      };
      const requestId = requestIdFor({ id: session?.id ?? '', ...values });
      if (session) {
        await update.mutateAsync({
          requestId,
          session: { ...content, id: session.id },
          updateMask: { paths: ['*'] },
        });
      } else {
        await create.mutateAsync({ requestId, session: { ...content, eventId: event.id } });
      }
      await onSaved();
      onClose();
    },
  });
  const title = session ? t(m.change, { title: session.title }) : t(m.addSession);
  return (
    <FormDialog form={form} title={title} action={t(m.saveSession)} onClose={onClose}>
      <Field label={t(m.sessionTitle)} error={form.errors.title}>
        <TextInput autoComplete="off" {...form.text('title')} />
      </Field>
      <Grid gap={4} column="narrow">
        <DateTimeField
          label={t(m.sessionStart)}
          value={form.values.startTime}
          zone={zone}
          onChange={(wall) => form.set('startTime', wall)}
          error={form.errors.startTime}
        />
        <DateTimeField
          label={t(m.sessionEnd)}
          value={form.values.endTime}
          zone={zone}
          onChange={(wall) => form.set('endTime', wall)}
          error={form.errors.endTime}
        />
      </Grid>
      <Checkbox
        label={t(m.hasLiveRoom)}
        hint={t(m.hasLiveRoomHint)}
        checked={form.values.hasLiveRoom}
        onChange={(on) => form.set('hasLiveRoom', on)}
      />
      <Field label={t(m.sessionSummary)} error={form.errors.summary} optional>
        <TextArea rows={3} maxLength={SUMMARY_MAX} {...form.text('summary')} />
      </Field>
      {event.speakers.length > 0 && (
        <FieldGroup legend={t(m.sessionSpeakers)}>
          {event.speakers.map(({ id, name }) => (
            <Checkbox
              key={id}
              label={name}
              checked={form.values.speakerIds.includes(id)}
              onChange={(on) => {
                const others = form.values.speakerIds.filter((one) => one !== id);
                form.set('speakerIds', on ? [...others, id] : others);
              }}
            />
          ))}
        </FieldGroup>
      )}
    </FormDialog>
  );
}
