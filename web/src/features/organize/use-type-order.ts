import { useMutation } from '@connectrpc/connect-query';
import { useRef, useState } from 'react';
import {
  type ListTicketTypesResponse,
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { newRequestId } from '~/lib/ids';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { movedTo } from './use-places';

/**
 * The ticket types in the order that was last wished for, at once; the server is told one wish after the other, and of
 * several that wait only the last. Where it refuses, the list is read again and shows what is there.
 */
export function useTypeOrder(
  eventId: string,
  listed: ListTicketTypesResponse | undefined,
  refresh: () => Promise<void>,
) {
  const reorder = useMutation(TicketTypeService.method.reorderTicketTypes);
  const [wished, setWished] = useState<string[]>();
  const [problem, setProblem] = useState<Problem>();
  const next = useRef<string[]>(undefined);
  const sending = useRef(false);
  const etag = useRef('');
  if (!sending.current) etag.current = listed?.orderEtag ?? '';

  const send = async () => {
    if (sending.current) return;
    sending.current = true;
    try {
      while (next.current) {
        const ticketTypeIds = next.current;
        next.current = undefined;
        const command = { requestId: newRequestId(), eventId, ticketTypeIds, etag: etag.current };
        etag.current = (await reorder.mutateAsync(command)).orderEtag;
      }
    } catch (error) {
      next.current = undefined;
      setProblem(toProblem(error));
    } finally {
      await refresh();
      sending.current = false;
      // What was wished for while the list was read comes next.
      if (next.current) void send();
      else setWished(undefined);
    }
  };
  const types = inOrder(listed?.ticketTypes, wished);
  return {
    types,
    problem,
    move: (from: number, to: number) => {
      const ids = movedTo(types ?? [], from, to).map(({ id }) => id);
      setProblem(undefined);
      setWished(ids);
      next.current = ids;
      void send();
    },
  };
}

/** Types that the wish does not know come last. */
function inOrder(types: readonly TicketType[] | undefined, wished: string[] | undefined) {
  if (!types || !wished) return types;
  const placeOf = ({ id }: TicketType) => {
    const at = wished.indexOf(id);
    return at < 0 ? wished.length : at;
  };
  return types.toSorted((one, other) => placeOf(one) - placeOf(other));
}
