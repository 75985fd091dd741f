import { createConnectQueryKey } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';

/** To be called after each change of an event: what shows events reads them again when it is next opened. */
export function useEventsChanged(): () => void {
  const queryClient = useQueryClient();
  return useCallback(() => {
    const queryKey = createConnectQueryKey({ schema: EventService, cardinality: undefined });
    void queryClient.invalidateQueries({ queryKey, refetchType: 'none' });
  }, [queryClient]);
}
