import { useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { Cluster, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { CancelOrder } from './cancel-order';
import { m } from './messages';
import type { TicketGroup } from './my-tickets-model';
import styles from './next-tickets.module.css';
import { TicketPass } from './ticket-pass';

/** What is next, large. Of several tickets, one at a time: at the door they are shown one after the other. */
export function NextTickets({ group }: { group: TicketGroup }) {
  const t = useText();
  const [shown, setShown] = useState(0);
  const count = group.tickets.length;
  const ticket = group.tickets[Math.min(shown, count - 1)];
  if (!ticket) return null;
  return (
    <section aria-labelledby="next">
      <h2 id="next" className={styles.heading}>
        {t(m.next)}
      </h2>
      <Stack gap={4}>
        {count > 1 && (
          <div role="toolbar" aria-label={t(m.ticketsOfEvent)} className={styles.switch}>
            {group.tickets.map((one, index) => (
              <button
                key={one.id}
                type="button"
                aria-pressed={one === ticket}
                aria-label={`${t(m.ticketOf, { number: index + 1, count })}: ${one.attendeeName}`}
                className={styles.choice}
                onClick={() => setShown(index)}
              >
                {one.attendeeName}
              </button>
            ))}
          </div>
        )}
        <TicketPass key={ticket.id} ticket={ticket} />
        <Cluster>
          <ButtonLink to="/events/$eventId" params={{ eventId: group.eventId }} tone="primary">
            {t(m.openEvent)}
          </ButtonLink>
          <CancelOrder ticket={ticket} />
        </Cluster>
      </Stack>
    </section>
  );
}
