import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { OrderService, OrderState } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { useSessionState } from '~/lib/session/use-session';
import { countdown } from '~/lib/time';
import { ButtonLink } from '~/ui/link';
import { Notice } from '~/ui/states';
import { placesOf } from './checkout-model';
import styles from './held-notice.module.css';
import { m } from './messages';

/** An order that was left in the middle: its seats are still held, and this is the way back to it. */
export function HeldNotice({ eventId }: { eventId: string }) {
  const t = useText();
  const now = useNow(1000);
  const signedIn = useSessionState().kind === 'signedIn';
  const orders = useQuery(
    OrderService.method.listMyOrders,
    { eventId },
    { enabled: signedIn, staleTime: 0 },
  );
  const order = orders.data?.orders.find(({ state }) => state === OrderState.HELD);
  if (!order?.holdExpireTime) return null;
  const left = timestampDate(order.holdExpireTime).getTime() - now.getTime();
  if (left <= 0) return null;
  return (
    <div className={styles.notice}>
      <Notice
        tone="accent"
        icon="clock"
        action={
          <ButtonLink
            to="/events/$eventId/tickets"
            params={{ eventId }}
            search={{ order: order.id }}
            size="small"
          >
            {t(m.heldContinue)}
          </ButtonLink>
        }
      >
        <p>
          {t(m.heldText, { count: placesOf(order).length, left: countdown(left) })}{' '}
          {t(m.heldReplace)}
        </p>
      </Notice>
    </div>
  );
}
