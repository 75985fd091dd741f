import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMutation, useQuery } from '@connectrpc/connect-query';
import { useState } from 'react';
import { OrderService, OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import type { Ticket } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { FormProblem } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { m } from './messages';
import { admits } from './next-step';
import { useOrdersChanged } from './use-orders-changed';

/** Gives an order back, by its buyer and until the event starts. A guest who holds somebody's ticket does not see it. */
export function CancelOrder({ ticket }: { ticket: Ticket }) {
  const t = useText();
  const now = useNow();
  const ordersChanged = useOrdersChanged();
  const [asked, setAsked] = useState(false);
  const requestIdFor = useRequestIdFor();
  const cancel = useMutation(OrderService.method.cancelOrder);
  // An order that is not the caller's is not found, which is the answer here and no error.
  const found = useQuery(
    OrderService.method.listMyOrders,
    { eventId: ticket.eventId },
    { enabled: admits(ticket) },
  );
  const order = found.data?.orders.find(({ id }) => id === ticket.orderId);
  const started =
    ticket.eventStartTime !== undefined && timestampDate(ticket.eventStartTime) <= now;
  if (!order || order.state !== OrderState.COMPLETED || started) return null;

  const count = order.tickets.filter(admits).length || 1;
  const submit = async () => {
    const command = { orderId: order.id };
    await cancel.mutateAsync({ ...command, requestId: requestIdFor(command) });
    setAsked(false);
    showToast(t(m.cancelDone), { tone: 'success' });
    await ordersChanged();
  };
  return (
    <>
      <Button tone="quiet" onClick={() => setAsked(true)}>
        {t(m.cancelOrder)}
      </Button>
      <Dialog
        open={asked}
        onOpenChange={(open) => {
          cancel.reset();
          setAsked(open);
        }}
        title={t(m.cancelTitle)}
        description={t(m.cancelText, { count, event: ticket.eventTitle })}
        actions={
          <>
            <Button onClick={() => setAsked(false)}>{t(m.cancelKeep, { count })}</Button>
            <Button
              tone="danger"
              busy={cancel.isPending}
              onClick={() => void submit().catch(() => undefined)}
            >
              {t(m.cancelDo)}
            </Button>
          </>
        }
      >
        <FormProblem problem={cancel.error ? toProblem(cancel.error) : undefined} />
      </Dialog>
    </>
  );
}
