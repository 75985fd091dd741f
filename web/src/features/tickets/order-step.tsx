import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { useEffect } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { type Order, OrderService, OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useSessionState } from '~/lib/session/use-session';
import type { IconName } from '~/ui/icon';
import { ButtonLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState } from '~/ui/states';
import { faceOf } from './checkout-model';
import { DetailsStep } from './details-step';
import { DoneStep } from './done-step';
import { m } from './messages';
import { Steps } from './steps';

interface OrderStepProps {
  event: Event;
  orderId: string;
}

/** The order that the address names, in the shape that its state has now. */
export function OrderStep({ event, orderId }: OrderStepProps) {
  const t = useText();
  const anonymous = useSessionState().kind === 'anonymous';
  const found = useQuery(
    OrderService.method.getOrder,
    { orderId },
    { enabled: !anonymous, staleTime: 0 },
  );
  const order = found.data?.order;
  if (anonymous) {
    const next = `/events/${event.id}/tickets?order=${orderId}`;
    return (
      <EmptyState
        icon="ticket"
        title={t(m.continueSignIn)}
        action={
          <ButtonLink to="/sign-in" search={{ next }} tone="primary">
            {t(m.continueSignIn)}
          </ButtonLink>
        }
      />
    );
  }
  if (order) return <OrderView event={event} order={order} reload={() => void found.refetch()} />;
  if (found.isError) {
    return (
      <ErrorState
        problem={toProblem(found.error)}
        onRetry={() => void found.refetch()}
        action={<ChooseAgain eventId={event.id} />}
      />
    );
  }
  return (
    <Loading>
      <Skeleton shape="block" />
    </Loading>
  );
}

function useLeft(order: Order, reload: () => void): number {
  const now = useNow(1000);
  const end = order.holdExpireTime ? timestampDate(order.holdExpireTime).getTime() : 0;
  const left = end - now.getTime();
  const over = order.state === OrderState.HELD && left <= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once, when the time runs out
  useEffect(() => {
    if (over) reload();
  }, [over]);
  return left;
}

function OrderView({ event, order, reload }: { event: Event; order: Order; reload: () => void }) {
  const t = useText();
  const left = useLeft(order, reload);
  const face = faceOf(order, left);
  const says = (icon: IconName, title: string, text: string) => (
    <EmptyState icon={icon} title={title} action={<ChooseAgain eventId={event.id} />}>
      {text}
    </EmptyState>
  );
  switch (face.kind) {
    case 'held':
      return (
        <>
          <Steps at="details" />
          <DetailsStep event={event} order={order} left_ms={left} />
        </>
      );
    case 'done':
      return (
        <>
          <Steps at="done" />
          <DoneStep event={event} order={order} />
        </>
      );
    case 'expired':
      return says('clock', t(m.expiredTitle), t(m.expiredText));
    case 'cancelled':
      return says('ticket', t(m.cancelledTitle), t(m.cancelledText));
    case 'payment':
      return says('clock', t(m.paymentTitle), t(m.paymentText));
  }
}

function ChooseAgain({ eventId }: { eventId: string }) {
  const t = useText();
  return (
    <ButtonLink to="/events/$eventId/tickets" params={{ eventId }} search={{}} tone="primary">
      {t(m.chooseAgain)}
    </ButtonLink>
  );
}
