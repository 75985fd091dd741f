import { createConnectQueryKey, useMutation, useQuery } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { useClock } from '~/lib/clock';
import { newRequestId } from '~/lib/ids';
import { toProblem } from '~/lib/problem/problem';
import { CODE_MAX, failedScan, type Scan, SeenOnce, scanOf, withScan } from './model';
import { Signals } from './signals';

/** Other doors scan, too. */
const COUNT_AGAIN_MS = 15_000;

export function useCounts(eventId: string) {
  return useQuery(
    TicketService.method.getCheckInSummary,
    { eventId },
    { refetchInterval: COUNT_AGAIN_MS, staleTime: 0 },
  );
}

export interface CheckIn {
  scans: readonly Scan[];
  checking: boolean;
  /** One code, from the camera: counts once while it stays in the picture. */
  see: (code: string) => void;
  /** One code, typed: always counts. */
  check: (code: string) => void;
  /** The same scan once more, after nobody could say. */
  retry: (scan: Scan) => void;
  signals: Signals;
}

/** Checks codes one at a time, in the order in which they were read. */
export function useCheckIn(eventId: string, sound: boolean): CheckIn {
  const clock = useClock();
  const queryClient = useQueryClient();
  const [scans, setScans] = useState<readonly Scan[]>([]);
  const [pending, setPending] = useState(0);
  const ask = useMutation(TicketService.method.checkInTicket);
  const seen = useRef(new SeenOnce());
  const queue = useRef<Promise<void>>(Promise.resolve());
  const [signals] = useState(() => new Signals());
  useEffect(() => () => signals.close(), [signals]);

  const work = async (id: string, code: string) => {
    const read = { id, code, at: new Date(clock.now()) };
    let scan: Scan;
    try {
      scan = scanOf(read, await ask.mutateAsync({ requestId: id, eventId, code }));
    } catch (error) {
      scan = failedScan(read, toProblem(error));
    }
    setScans((before) => withScan(before, scan));
    setPending((count) => count - 1);
    signals.give(scan.verdict, { sound });
    void queryClient.invalidateQueries({
      queryKey: createConnectQueryKey({
        schema: TicketService.method.getCheckInSummary,
        cardinality: 'finite',
      }),
    });
  };
  const enqueue = (id: string, code: string) => {
    setPending((count) => count + 1);
    queue.current = queue.current.then(() => work(id, code));
  };
  const check = (code: string) => enqueue(newRequestId(), code.slice(0, CODE_MAX));
  return {
    scans,
    checking: pending > 0,
    check,
    see: (code) => {
      if (seen.current.take(code, clock.now())) check(code);
    },
    retry: (scan) => enqueue(scan.id, scan.code),
    signals,
  };
}
