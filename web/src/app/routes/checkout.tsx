import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/events/$eventId/tickets')({
  component: () => <PageSlot title="Get a ticket" />,
});
