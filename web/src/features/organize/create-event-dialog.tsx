import { useMutation } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { EventVisibility } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import type { Organization } from '~/gen/plenary/identity/v1/organization_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { viewerZone } from '~/lib/time';
import { Field } from '~/ui/field';
import { Select, TextInput } from '~/ui/input';
import { hasLength } from './checks';
import { FormDialog } from './form-dialog';
import { m } from './messages';
import { useEventsChanged } from './use-events-changed';

interface CreateEventDialogProps {
  organizations: readonly Organization[];
  onClose: () => void;
}

/** A title is enough to begin with; the editor has the rest. */
export function CreateEventDialog({ organizations, onClose }: CreateEventDialogProps) {
  const t = useText();
  const navigate = useNavigate();
  const eventsChanged = useEventsChanged();
  const requestIdFor = useRequestIdFor();
  const create = useMutation(EventService.method.createEvent);
  const form = useForm({
    initial: { title: '', organizationId: organizations[0]?.id ?? '' },
    draftKey: 'new-event',
    validate: ({ title }) => (hasLength(title, 1, 120) ? {} : { title: t(m.titleMissing) }),
    submit: async ({ title, organizationId }) => {
      const command = {
        event: {
          title: title.trim(),
          organizationId,
          timeZone: viewerZone(),
          visibility: EventVisibility.PUBLIC,
        },
      };
      const { event } = await create.mutateAsync({ ...command, requestId: requestIdFor(command) });
      eventsChanged();
      if (event) {
        await navigate({ to: '/organize/events/$eventId', params: { eventId: event.id } });
      }
    },
  });
  return (
    <FormDialog form={form} title={t(m.newEvent)} action={t(m.createEvent)} onClose={onClose}>
      <Field label={t(m.eventTitle)} hint={t(m.eventTitleHint)} error={form.errors.title}>
        <TextInput autoComplete="off" {...form.text('title')} />
      </Field>
      {organizations.length > 1 && (
        <Field label={t(m.organization)} error={form.errors.organizationId}>
          <Select {...form.text('organizationId')}>
            {organizations.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </FormDialog>
  );
}
