import { useEffect, useRef } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import type { Order } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { downloadCalendarFile } from '~/lib/calendar';
import { useClock } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Cluster, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import styles from './done-step.module.css';
import { eventTimes } from './event-times';
import { m } from './messages';
import { TicketPass } from './ticket-pass';

/** Last step: the tickets themselves, and what one does with them. */
export function DoneStep({ event, order }: { event: Event; order: Order }) {
  const t = useText();
  const clock = useClock();
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone; what follows is news.
  useEffect(() => heading.current?.focus(), []);
  const count = order.tickets.length;
  const times = eventTimes(event);
  const toCalendar = () => {
    if (!times) return;
    downloadCalendarFile({
      ...times,
      uid: `${event.id}@${location.host}`,
      title: event.title,
      description: event.summary,
      url: `${location.origin}/events/${event.id}`,
      stamp: new Date(clock.now()),
    });
  };
  return (
    <Stack gap={6}>
      <div>
        <h2 ref={heading} tabIndex={-1} className={styles.heading}>
          {t(m.doneTitle, { count })}
        </h2>
        <p className={styles.text}>{t(m.doneText, { count })}</p>
      </div>
      <Stack as="ul" role="list" gap={4}>
        {order.tickets.map((ticket) => (
          <li key={ticket.id}>
            <TicketPass ticket={ticket} />
          </li>
        ))}
      </Stack>
      <Cluster>
        <ButtonLink to="/tickets" tone="primary">
          {t(m.doneToTickets)}
        </ButtonLink>
        {times && (
          <Button icon="calendar" onClick={toCalendar}>
            {t(m.addToCalendar)}
          </Button>
        )}
        <ButtonLink to="/events/$eventId" params={{ eventId: event.id }} tone="quiet">
          {t(m.toEvent)}
        </ButtonLink>
      </Cluster>
    </Stack>
  );
}
