import { useMutation } from '@connectrpc/connect-query';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { type Order, OrderService } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { draftIn } from '~/lib/draft';
import { type Form, type FormOptions, useForm } from '~/lib/form';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useSessionState } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Checkbox } from '~/ui/choice';
import { Field, FieldGroup } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { TextLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import {
  type AttendeeValues,
  attendeeField,
  attendeesOf,
  checkAttendees,
  choiceDraft,
  placesOf,
} from './checkout-model';
import styles from './details-step.module.css';
import { HoldClock } from './hold-clock';
import { m } from './messages';
import { usePrice } from './type-line';
import { useOrdersChanged } from './use-orders-changed';

interface DetailsStepProps {
  event: Event;
  order: Order;
  left_ms: number;
}

/** Whoever buys one ticket for themselves has nothing to type. */
function useInitial(places: number): AttendeeValues {
  const session = useSessionState();
  const [name, email] =
    session.kind === 'signedIn' ? [session.user.display_name, session.user.email] : ['', ''];
  const values: AttendeeValues = { together: true, name0: name, email0: email };
  for (let index = 1; index < places; index += 1) {
    values[`name${index}`] = '';
    values[`email${index}`] = '';
  }
  return values;
}

/** Reasons that say that the order is not what this page thinks: the page is drawn again from the truth. */
const MOVED_ON = new Set(['ORDER_EXPIRED', 'ORDER_STATE_WRONG', 'ORDER_NOT_FOUND']);

function useCompletion({ event, order }: DetailsStepProps, places: number) {
  const t = useText();
  const ordersChanged = useOrdersChanged();
  const requestIdFor = useRequestIdFor();
  const complete = useMutation(OrderService.method.completeOrder);
  const options: FormOptions<AttendeeValues> = {
    initial: useInitial(places),
    // By event: who starts again after the time was over finds what they entered.
    draftKey: `attendees.${event.id}`,
    fieldOf: attendeeField,
    validate: (values) => {
      const found = Object.entries(checkAttendees(values, places)) as [string, Message][];
      return Object.fromEntries(found.map(([field, message]) => [field, t(message)]));
    },
    submit: async (values) => {
      const command = { orderId: order.id, details: { attendees: attendeesOf(values, places) } };
      try {
        await complete.mutateAsync({ ...command, requestId: requestIdFor(command) });
      } catch (error) {
        if (!MOVED_ON.has(toProblem(error).reason)) throw error;
      }
      draftIn(sessionStorage, choiceDraft(event.id)).clear();
      await ordersChanged();
    },
  };
  return useForm<AttendeeValues>(options);
}

/** Second step: whom the tickets are for, while their seats are held. */
export function DetailsStep(props: DetailsStepProps) {
  const { event, order, left_ms } = props;
  const t = useText();
  const places = placesOf(order);
  const form = useCompletion(props, places.length);
  const many = places.length > 1;
  const shown = many && !form.values.together ? places : places.slice(0, 1);
  return (
    <form {...form.props}>
      <Stack gap={6}>
        <HoldClock left_ms={left_ms} />
        <Summary order={order} />
        <Card>
          <Stack gap={6}>
            <h2 className={styles.heading}>{t(m.detailsTitle)}</h2>
            {many && (
              <Checkbox
                label={t(m.together)}
                hint={t(m.togetherHint)}
                checked={form.values.together}
                onChange={(together) => form.set('together', together)}
              />
            )}
            {shown.map((type, index) => (
              <Attendee
                // biome-ignore lint/suspicious/noArrayIndexKey: places of an order never change
                key={index}
                form={form}
                index={index}
                legend={
                  shown.length > 1
                    ? t(m.attendee, { number: index + 1, count: shown.length, type })
                    : undefined
                }
              />
            ))}
          </Stack>
        </Card>
        <FormProblem problem={form.problem} />
        <Button type="submit" tone="primary" wide busy={form.submitting}>
          {t(m.complete, { count: places.length })}
        </Button>
        <p className={styles.other}>
          <TextLink
            to="/events/$eventId/tickets"
            params={{ eventId: event.id }}
            search={{}}
            look="quiet"
          >
            {t(m.changeTickets)}
          </TextLink>
        </p>
      </Stack>
    </form>
  );
}

interface AttendeeProps {
  form: Form<AttendeeValues>;
  index: number;
  legend: string | undefined;
}

function Attendee({ form, index, legend }: AttendeeProps) {
  const t = useText();
  const own = index === 0;
  const fields = (
    <Stack gap={4} className={legend ? styles.fields : undefined}>
      <Field label={t(m.name)} hint={t(m.nameHint)} error={form.errors[`name${index}`]}>
        <TextInput autoComplete={own ? 'name' : 'off'} {...form.text(`name${index}`)} />
      </Field>
      <Field label={t(m.email)} hint={t(m.emailHint)} error={form.errors[`email${index}`]}>
        <TextInput
          type="email"
          autoComplete={own ? 'email' : 'off'}
          {...form.text(`email${index}`)}
        />
      </Field>
    </Stack>
  );
  return legend ? <FieldGroup legend={legend}>{fields}</FieldGroup> : fields;
}

function Summary({ order }: { order: Order }) {
  const t = useText();
  const price = usePrice();
  return (
    <Card look="flat" as="section" aria-label={t(m.summary)}>
      <dl className={styles.summary}>
        {order.lines.map((line) => (
          <div key={line.ticketTypeId} className={styles.line}>
            <dt>{t(m.quantity, { count: line.quantity, name: line.ticketTypeName })}</dt>
            <dd>{price(line.unitPrice)}</dd>
          </div>
        ))}
        <div className={styles.line} data-total>
          <dt>{t(m.total)}</dt>
          <dd>{price(order.total)}</dd>
        </div>
      </dl>
    </Card>
  );
}
