import { createLazyRoute } from '@tanstack/react-router';
import { EventPage } from '~/features/events/event-page';
import { TicketCard } from '~/features/tickets/ticket-card';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/events/$eventId')({
  component: () => <EventPage tickets={(event) => <TicketCard event={event} />} />,
  notFoundComponent: NotFoundPage,
});
