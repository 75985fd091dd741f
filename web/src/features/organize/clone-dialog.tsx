import { useMutation } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import type { EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { showToast } from '~/ui/toast';
import { hasLength, wholeNumber } from './checks';
import { FormDialog } from './form-dialog';
import { m } from './messages';
import { useEventsChanged } from './use-events-changed';

const DAYS_MAX = 3660;
/** What comes again mostly comes again on the same day of the week. */
const DAYS_USUAL = '7';

export function CloneDialog({ event, onClose }: { event: EventSummary; onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const eventsChanged = useEventsChanged();
  const requestIdFor = useRequestIdFor();
  const clone = useMutation(EventService.method.cloneEvent);
  const form = useForm({
    initial: { title: event.title, shiftDays: event.startTime ? DAYS_USUAL : '0' },
    validate: ({ title, shiftDays }) => ({
      ...(!hasLength(title, 1, 120) && { title: t(m.titleMissing) }),
      ...(wholeNumber(shiftDays, -DAYS_MAX, DAYS_MAX) === undefined && {
        shiftDays: t(m.daysWrong),
      }),
    }),
    submit: async ({ title, shiftDays }) => {
      const command = { eventId: event.id, title: title.trim(), shiftDays: Number(shiftDays) };
      const copy = await clone.mutateAsync({ ...command, requestId: requestIdFor(command) });
      eventsChanged();
      if (!copy.event) return;
      showToast(t(m.cloned, { event: copy.event.title }), { tone: 'success' });
      await navigate({ to: '/organize/events/$eventId', params: { eventId: copy.event.id } });
    },
  });
  return (
    <FormDialog
      form={form}
      title={t(m.cloneTitle, { event: event.title })}
      description={t(m.cloneText)}
      action={t(m.clone)}
      onClose={onClose}
    >
      <Field label={t(m.cloneName)} error={form.errors.title}>
        <TextInput autoComplete="off" {...form.text('title')} />
      </Field>
      {event.startTime && (
        <Field label={t(m.cloneDays)} hint={t(m.cloneDaysHint)} error={form.errors.shiftDays}>
          <TextInput inputMode="numeric" {...form.text('shiftDays')} />
        </Field>
      )}
    </FormDialog>
  );
}
