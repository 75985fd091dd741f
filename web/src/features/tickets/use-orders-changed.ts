import { createConnectQueryKey } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { OrderService } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { TicketTypeService } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';

/**
 * To be called after an order has moved on: seats, orders and tickets are read anew wherever they are shown. Settles
 * when they are, so that a button stays busy until the page has caught up with it.
 */
export function useOrdersChanged(): () => Promise<void> {
  const queryClient = useQueryClient();
  return async () => {
    const services = [OrderService, TicketService, TicketTypeService];
    await Promise.all(
      services.map((schema) =>
        queryClient.invalidateQueries({
          queryKey: createConnectQueryKey({ schema, cardinality: undefined }),
        }),
      ),
    );
  };
}
