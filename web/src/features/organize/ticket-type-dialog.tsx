import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMutation } from '@connectrpc/connect-query';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import {
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { type FieldErrors, useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import type { WallTime } from '~/lib/zoned';
import { DateTimeField } from '~/ui/date-time-field';
import { Field } from '~/ui/field';
import { TextArea, TextInput } from '~/ui/input';
import { Grid } from '~/ui/layout';
import { hasLength, wholeNumber } from './checks';
import { instantIn, valuesOf } from './draft';
import { m } from './editor-messages';
import { FormDialog } from './form-dialog';
import { boundOf, takenOf, wallOf, windowProblem } from './sale-window';

interface TicketTypeDialogProps {
  event: Event;
  /** Undefined for a new one. */
  type: TicketType | undefined;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

interface TicketTypeValues {
  name: string;
  description: string;
  capacity: string;
  maxPerOrder: string;
  /** On the clocks of the event's zone; "" for no bound. */
  saleStartTime: WallTime;
  saleEndTime: WallTime;
}

const CAPACITY_MAX = 1_000_000;
const PER_ORDER_MAX = 50;
const PER_ORDER_USUAL = 10;
const DESCRIPTION_MAX = 280;
const CHANGEABLE = [
  'name',
  'description',
  'capacity',
  'max_per_order',
  'sale_start_time',
  'sale_end_time',
];

/** What is wrong before a server is asked. */
function useChecks(event: Event, type: TicketType | undefined, zone: string) {
  const t = useText();
  const taken = type ? takenOf(type) : 0;
  return (values: TicketTypeValues): FieldErrors<TicketTypeValues> => {
    const errors: FieldErrors<TicketTypeValues> = {};
    const capacity = wholeNumber(values.capacity, 1, CAPACITY_MAX);
    if (!hasLength(values.name, 1, 80)) errors.name = t(m.ticketNameMissing);
    if (capacity === undefined) errors.capacity = t(m.capacityWrong);
    else if (capacity < taken) errors.capacity = t(m.capacityTaken, { taken });
    if (!wholeNumber(values.maxPerOrder, 1, PER_ORDER_MAX)) {
      errors.maxPerOrder = t(m.maxPerOrderWrong);
    }
    const problem = windowProblem(
      instantIn(values.saleStartTime, zone),
      instantIn(values.saleEndTime, zone),
      event.endTime && timestampDate(event.endTime),
    );
    if (problem === 'endsEarly') errors.saleEndTime = t(m.saleEndsEarly);
    if (problem === 'startsLate') errors.saleStartTime = t(m.saleStartsLate);
    return errors;
  };
}

export function TicketTypeDialog({ event, type, onClose, onSaved }: TicketTypeDialogProps) {
  const t = useText();
  const zone = valuesOf(event).timeZone;
  const requestIdFor = useRequestIdFor();
  const create = useMutation(TicketTypeService.method.createTicketType);
  const update = useMutation(TicketTypeService.method.updateTicketType);
  const form = useForm<TicketTypeValues>({
    initial: {
      name: type?.name ?? '',
      description: type?.description ?? '',
      capacity: String(type?.capacity ?? ''),
      maxPerOrder: String(type?.maxPerOrder ?? PER_ORDER_USUAL),
      saleStartTime: wallOf(type?.saleStartTime, zone),
      saleEndTime: wallOf(type?.saleEndTime, zone),
    },
    validate: useChecks(event, type, zone),
    submit: async (values) => {
      const opens = boundOf(values.saleStartTime, type?.saleStartTime, zone);
      const closes = boundOf(values.saleEndTime, type?.saleEndTime, zone);
      const content = {
        name: values.name.trim(),
        description: values.description.trim(),
        capacity: Number(values.capacity),
        maxPerOrder: Number(values.maxPerOrder),
        ...(opens && { saleStartTime: opens }),
        ...(closes && { saleEndTime: closes }),
      };
      const requestId = requestIdFor({ id: type?.id ?? '', ...values });
      if (type) {
        await update.mutateAsync({
          requestId,
          ticketType: { ...content, id: type.id },
          updateMask: { paths: CHANGEABLE },
          etag: type.etag,
        });
      } else {
        await create.mutateAsync({ requestId, ticketType: { ...content, eventId: event.id } });
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
      <Grid gap={4} column="narrow">
        <DateTimeField
          label={t(m.saleStart)}
          value={form.values.saleStartTime}
          zone={zone}
          onChange={(wall) => form.set('saleStartTime', wall)}
          error={form.errors.saleStartTime}
          hint={t(m.saleStartHint)}
          optional
        />
        <DateTimeField
          label={t(m.saleEnd)}
          value={form.values.saleEndTime}
          zone={zone}
          onChange={(wall) => form.set('saleEndTime', wall)}
          error={form.errors.saleEndTime}
          hint={t(m.saleEndHint)}
          optional
        />
      </Grid>
    </FormDialog>
  );
}
