import { createQueryOptions, useInfiniteQuery, useTransport } from '@connectrpc/connect-query';
import { useQueries } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import {
  type ListMyTicketsResponse,
  type Ticket,
  TicketService,
} from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { useClock, useNow } from '~/lib/clock';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { type KeptTickets, keepTickets, readKeptTickets } from './kept-tickets';
import { admits } from './next-step';

export interface MyTicketsQuery {
  tickets: readonly Ticket[] | undefined;
  /** Set when the tickets are the device's own, because the server cannot be reached. */
  kept: KeptTickets | undefined;
  problem: Problem | undefined;
  more: { load: () => void; loading: boolean } | undefined;
  reload: () => void;
}

/** How many codes are fetched ahead, so that they are there without a network. */
const AHEAD_MAX = 10;

/** Fetches the codes of what comes next and keeps them on the device. */
function useKeep(tickets: readonly Ticket[] | undefined): void {
  const transport = useTransport();
  const clock = useClock();
  const now = useNow();
  const valid = (tickets ?? []).filter(
    (ticket) =>
      admits(ticket) &&
      (!ticket.eventEndTime || Number(ticket.eventEndTime.seconds) * 1000 > now.getTime()),
  );
  const soonest = valid
    .sort((a, b) => Number((a.eventStartTime?.seconds ?? 0n) - (b.eventStartTime?.seconds ?? 0n)))
    .slice(0, AHEAD_MAX);
  const codes = useQueries({
    queries: soonest.map((ticket) => ({
      ...createQueryOptions(TicketService.method.getTicket, { ticketId: ticket.id }, { transport }),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const full = codes.flatMap((code) => code.data?.ticket ?? []);
  const complete = tickets !== undefined && full.length === soonest.length;
  const key = full.map((ticket) => `${ticket.id}${ticket.state}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says when any of them has changed
  useEffect(() => {
    if (complete) keepTickets(full, new Date(clock.now()));
  }, [complete, key]);
}

export function useMyTickets(): MyTicketsQuery {
  const found = useInfiniteQuery(
    TicketService.method.listMyTickets,
    { pageToken: '', pageSize: 50 },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: ListMyTicketsResponse) => page.nextPageToken || undefined,
    },
  );
  const tickets = useMemo(() => found.data?.pages.flatMap((page) => page.tickets), [found.data]);
  useKeep(tickets);
  const problem = found.error ? toProblem(found.error) : undefined;
  // Also while nobody knows yet: without a network, that lasts.
  const waiting = tickets === undefined && (problem?.transient || found.fetchStatus === 'paused');
  const kept = useMemo(() => (waiting ? readKeptTickets() : undefined), [waiting]);
  return {
    tickets: tickets ?? kept?.tickets,
    kept,
    problem: kept ? undefined : problem,
    more: found.hasNextPage
      ? { load: () => void found.fetchNextPage(), loading: found.isFetchingNextPage }
      : undefined,
    reload: () => void found.refetch(),
  };
}
