import { createLazyRoute } from '@tanstack/react-router';
import { MyTicketsPage } from '~/features/tickets/my-tickets-page';

export const Route = createLazyRoute('/tickets')({ component: MyTicketsPage });
