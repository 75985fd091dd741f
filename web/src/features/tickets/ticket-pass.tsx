import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { lazy, Suspense, useState } from 'react';
import {
  type Ticket,
  TicketService,
  TicketState,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Button } from '~/ui/button';
import { Skeleton } from '~/ui/skeleton';
import { m } from './messages';
import { admits } from './next-step';
import { QrCode } from './qr-code';
import styles from './ticket-pass.module.css';

const CodeDialog = lazy(() =>
  import('./code-dialog').then((module) => ({ default: module.CodeDialog })),
);

/** The code of a ticket: from what the device kept, else from the server. */
function useCode(ticket: Ticket) {
  const found = useQuery(
    TicketService.method.getTicket,
    { ticketId: ticket.id },
    // A code never changes, and one that is on the device needs no network.
    { enabled: !ticket.codeSvg && admits(ticket), staleTime: Number.POSITIVE_INFINITY },
  );
  const full = ticket.codeSvg ? ticket : found.data?.ticket;
  return { svg: full?.codeSvg, text: full?.code ?? '', error: found.error, retry: found.refetch };
}

/** A ticket as one shows it: the event, the holder and the code, large. */
export function TicketPass({ ticket }: { ticket: Ticket }) {
  const t = useText();
  const words = useTimeWords();
  const [large, setLarge] = useState(false);
  const code = useCode(ticket);
  const when =
    ticket.eventStartTime &&
    inBothZones(
      timestampDate(ticket.eventStartTime),
      ticket.eventEndTime && timestampDate(ticket.eventEndTime),
      ticket.eventTimeZone,
      words,
    );
  return (
    <article className={styles.pass} aria-label={t(m.holder, { name: ticket.attendeeName })}>
      <div className={styles.words}>
        <TicketBadge ticket={ticket} />
        <h3 className={styles.title}>{ticket.eventTitle}</h3>
        {when && (
          <p className={styles.when}>
            {when.viewer}
            {when.event && <span className={styles.there}>{when.event}</span>}
          </p>
        )}
        <dl className={styles.facts}>
          <dt>{ticket.ticketTypeName}</dt>
          <dd>{ticket.attendeeName}</dd>
          <dd className={styles.email}>{ticket.attendeeEmail}</dd>
        </dl>
      </div>
      {admits(ticket) && (
        <div className={styles.code}>
          {code.svg ? (
            <>
              <QrCode svg={code.svg} alt={t(m.code, { name: ticket.attendeeName })} />
              <Button size="small" icon="expand" wide onClick={() => setLarge(true)}>
                {t(m.fullScreen)}
              </Button>
            </>
          ) : code.error ? (
            <>
              <p role="alert">{t(toProblem(code.error).title)}</p>
              <Button size="small" icon="refresh" onClick={() => void code.retry()}>
                {t(m.show)}
              </Button>
            </>
          ) : (
            <Skeleton shape="block" />
          )}
        </div>
      )}
      {large && code.svg && (
        <Suspense>
          <CodeDialog
            ticket={ticket}
            svg={code.svg}
            text={code.text}
            onClose={() => setLarge(false)}
          />
        </Suspense>
      )}
    </article>
  );
}

export function TicketBadge({ ticket }: { ticket: Ticket }) {
  const t = useText();
  switch (ticket.state) {
    case TicketState.CHECKED_IN:
      return <Badge tone="accent">{t(m.stateCheckedIn)}</Badge>;
    case TicketState.VOID:
      return <Badge tone="danger">{t(m.stateVoid)}</Badge>;
    default:
      return <Badge>{t(m.stateValid)}</Badge>;
  }
}
