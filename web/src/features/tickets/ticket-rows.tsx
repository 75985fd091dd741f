import { useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Button } from '~/ui/button';
import { Cluster, Stack } from '~/ui/layout';
import { TextLink } from '~/ui/link';
import { CancelOrder } from './cancel-order';
import { m } from './messages';
import type { TicketGroup } from './my-tickets-model';
import { admits } from './next-step';
import { TicketBadge, TicketPass } from './ticket-pass';
import styles from './ticket-rows.module.css';

interface TicketRowsProps {
  id: string;
  title: string;
  groups: readonly TicketGroup[];
}

/** Tickets that are not next: a line for each event, which opens into its codes. */
export function TicketRows({ id, title, groups }: TicketRowsProps) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={styles.heading}>
        {title}
      </h2>
      <Stack as="ul" role="list" gap={0}>
        {groups.map((group) => (
          <li key={group.eventId} className={styles.row}>
            <Row group={group} />
          </li>
        ))}
      </Stack>
    </section>
  );
}

function Row({ group }: { group: TicketGroup }) {
  const t = useText();
  const words = useTimeWords();
  const [open, setOpen] = useState(false);
  const [first] = group.tickets;
  if (!first) return null;
  return (
    <>
      <div className={styles.line}>
        <div className={styles.words}>
          <h3 className={styles.title}>
            <TextLink to="/events/$eventId" params={{ eventId: group.eventId }} look="strong">
              {group.title}
            </TextLink>
          </h3>
          {group.start && <p className={styles.when}>{momentInWords(group.start, words)}</p>}
        </div>
        <Cluster gap={2}>
          <TicketBadge ticket={first} />
          {admits(first) && (
            <Button size="small" icon="qr" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t(m.show)}
            </Button>
          )}
        </Cluster>
      </div>
      {open && (
        <Stack gap={4} className={styles.passes}>
          {group.tickets.map((ticket) => (
            <TicketPass key={ticket.id} ticket={ticket} />
          ))}
          <CancelOrder ticket={first} />
        </Stack>
      )}
    </>
  );
}
