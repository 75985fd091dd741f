import { useMutation } from '@connectrpc/connect-query';
import {
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { Field } from '~/ui/field';
import { TextArea, TextInput } from '~/ui/input';
import { hasLength, wholeNumber } from './checks';
import { m } from './editor-messages';
import { FormDialog } from './form-dialog';

interface TicketTypeDialogProps {
  eventId: string;
  /** Undefined for a new one. */
  type: TicketType | undefined;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

const CAPACITY_MAX = 1_000_000;
const PER_ORDER_MAX = 50;
const PER_ORDER_USUAL = 10;
const DESCRIPTION_MAX = 280;

export function TicketTypeDialog({ eventId, type, onClose, onSaved }: TicketTypeDialogProps) {
  const t = useText();
  const requestIdFor = useRequestIdFor();
  const create = useMutation(TicketTypeService.method.createTicketType);
  const update = useMutation(TicketTypeService.method.updateTicketType);
  const form = useForm({
    initial: {
      name: type?.name ?? '',
      description: type?.description ?? '',
      capacity: String(type?.capacity ?? ''),
      maxPerOrder: String(type?.maxPerOrder ?? PER_ORDER_USUAL),
    },
    validate: ({ name, capacity, maxPerOrder }) => ({
      ...(!hasLength(name, 1, 80) && { name: t(m.ticketNameMissing) }),
      ...(!wholeNumber(capacity, 1, CAPACITY_MAX) && { capacity: t(m.capacityWrong) }),
      ...(!wholeNumber(maxPerOrder, 1, PER_ORDER_MAX) && { maxPerOrder: t(m.maxPerOrderWrong) }),
    }),
    submit: async (values) => {
      const content = {
        name: values.name.trim(),
        description: values.description.trim(),
        capacity: Number(values.capacity),
        maxPerOrder: Number(values.maxPerOrder),
      };
      const requestId = requestIdFor({ id: type?.id ?? '', ...content });
      if (type) {
        await update.mutateAsync({
          requestId,
          ticketType: { ...content, id: type.id },
          updateMask: { paths: ['name', 'description', 'capacity', 'max_per_order'] },
          etag: type.etag,
        });
      } else {
        await create.mutateAsync({ requestId, ticketType: { ...content, eventId } });
      }
      await onSaved();
      onClose();
    },
  });
  const title = type ? t(m.change, { title: type.name }) : t(m.addTicketType);
  return (
    <FormDialog form={form} title={title} action={t(m.saveTicketType)} onClose={onClose}>
      <Field label={t(m.ticketName)} error={form.errors.name}>
        <TextInput autoComplete="off" {...form.text('name')} />
      </Field>
      <Field label={t(m.ticketIncludes)} error={form.errors.description} optional>
        <TextArea rows={2} maxLength={DESCRIPTION_MAX} {...form.text('description')} />
      </Field>
      <Field label={t(m.capacity)} hint={t(m.capacityHint)} error={form.errors.capacity}>
        <TextInput inputMode="numeric" autoComplete="off" {...form.text('capacity')} />
      </Field>
      <Field label={t(m.maxPerOrder)} error={form.errors.maxPerOrder}>
        <TextInput inputMode="numeric" autoComplete="off" {...form.text('maxPerOrder')} />
      </Field>
    </FormDialog>
  );
}
