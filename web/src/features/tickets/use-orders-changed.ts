import { createConnectQueryKey } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { OrderService } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { TicketTypeService } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';

/** To be called after an order has moved on: seats, orders and tickets are read anew wherever they are shown. */
export function useOrdersChanged(): () => void {
  const queryClient = useQueryClient();
  return () => {
    for (const schema of [OrderService, TicketService, TicketTypeService]) {
      void queryClient.invalidateQueries({
        queryKey: createConnectQueryKey({ schema, cardinality: undefined }),
      });
    }
  };
}
