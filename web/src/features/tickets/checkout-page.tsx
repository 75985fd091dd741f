import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, notFound } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { firstLoadOf } from '~/lib/first-load';
import { useText } from '~/lib/i18n/text';
import { parseId } from '~/lib/ids';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Icon } from '~/ui/icon';
import { Page, Stack } from '~/ui/layout';
import { TextLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState } from '~/ui/states';
import styles from './checkout-page.module.css';
import { ChooseStep } from './choose-step';
import { eventTimes } from './event-times';
import { m } from './messages';
import { OrderStep } from './order-step';

const route = getRouteApi('/events/$eventId/tickets');

interface CheckoutPageProps {
  /** What to show to a buyer whose address is not confirmed: the way to a new mail. */
  verifyEmail: (email: string) => ReactNode;
}

/** Getting tickets, on one page: choose, say who they are for, done. The address says which order it is about. */
export function CheckoutPage({ verifyEmail }: CheckoutPageProps) {
  const t = useText();
  const { eventId: text } = route.useParams();
  const { order: orderId } = route.useSearch();
  const eventId = parseId('event', text);
  if (!eventId) throw notFound();
  const first = firstLoadOf(EventService.method.getEvent, { eventId });
  const found = useQuery(
    EventService.method.getEvent,
    { eventId },
    { ...(first && { initialData: first }) },
  );
  const event = found.data?.event;
  usePageTitle(event ? `${t(m.checkoutTitle)}: ${event.title}` : t(m.checkoutTitle));
  return (
    <Page width="text">
      {found.isPending && (
        <Loading>
          <Stack gap={6}>
            <Skeleton shape="title" />
            <Skeleton shape="block" />
          </Stack>
        </Loading>
      )}
      {found.isError && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {event && (
        <>
          <Head event={event} />
          {orderId ? (
            <OrderStep key={orderId} event={event} orderId={orderId} />
          ) : (
            <ChooseStep event={event} verifyEmail={verifyEmail} />
          )}
        </>
      )}
    </Page>
  );
}

function Head({ event }: { event: Event }) {
  const t = useText();
  const words = useTimeWords();
  const times = eventTimes(event);
  const when = times && inBothZones(times.start, times.end, event.timeZone, words);
  return (
    <header className={styles.head}>
      <TextLink
        to="/events/$eventId"
        params={{ eventId: event.id }}
        look="quiet"
        className={styles.back ?? ''}
      >
        <Icon name="arrowLeft" size="small" />
        {t(m.backToEvent)}
      </TextLink>
      <h1 className={styles.title}>{event.title}</h1>
      {when && <p className={styles.when}>{when.viewer}</p>}
    </header>
  );
}
