import { useEffect } from 'react';
import { useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Button } from '~/ui/button';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState, Notice } from '~/ui/states';
import { m } from './messages';
import { sortTickets } from './my-tickets-model';
import { NextTickets } from './next-tickets';
import { openWithoutNetwork } from './offline';
import { TicketRows } from './ticket-rows';
import { type MyTicketsQuery, useMyTickets } from './use-my-tickets';

/** One's tickets: the next one large and ready to be scanned, with a network or without. */
export function MyTicketsPage() {
  const t = useText();
  usePageTitle(t(m.myTitle));
  const query = useMyTickets();
  const any = (query.tickets?.length ?? 0) > 0;
  useEffect(() => {
    // Only who has tickets gets a service worker.
    if (any) openWithoutNetwork();
  }, [any]);
  return (
    <Page width="text">
      <PageHeader title={t(m.myTitle)} />
      {query.problem ? (
        <ErrorState problem={query.problem} onRetry={query.reload} />
      ) : query.tickets ? (
        <TicketsView {...query} tickets={query.tickets} />
      ) : (
        <Loading>
          <Stack gap={6}>
            <Skeleton shape="cover" />
            <Skeleton lines={3} />
          </Stack>
        </Loading>
      )}
    </Page>
  );
}

type TicketsViewProps = MyTicketsQuery & { tickets: NonNullable<MyTicketsQuery['tickets']> };

function TicketsView({ tickets, kept, more, reload }: TicketsViewProps) {
  const t = useText();
  const words = useTimeWords();
  const now = useNow();
  const sorted = sortTickets(tickets, now);
  if (tickets.length === 0 && !kept) {
    return (
      <EmptyState
        icon="ticket"
        title={t(m.noneTitle)}
        action={
          <ButtonLink to="/" tone="primary">
            {t(m.noneAction)}
          </ButtonLink>
        }
      >
        {t(m.noneText)}
      </EmptyState>
    );
  }
  return (
    <Stack gap={12}>
      {kept && (
        <Notice
          tone="warning"
          action={
            <Button size="small" icon="refresh" onClick={reload}>
              {t(m.retry)}
            </Button>
          }
        >
          {t(navigator.onLine ? m.unreachable : m.offline, { when: momentInWords(kept.at, words) })}
        </Notice>
      )}
      {sorted.next && <NextTickets group={sorted.next} />}
      {sorted.upcoming.length > 0 && (
        <TicketRows id="upcoming" title={t(m.upcoming)} groups={sorted.upcoming} />
      )}
      {sorted.past.length > 0 && <TicketRows id="past" title={t(m.past)} groups={sorted.past} />}
      {more && (
        <Button busy={more.loading} onClick={more.load}>
          {t(m.more)}
        </Button>
      )}
    </Stack>
  );
}
