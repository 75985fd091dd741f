import { createLazyRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { EventPage } from '~/features/events/event-page';
import { Card } from '~/ui/card';
import { Loading, Skeleton } from '~/ui/skeleton';
import { NotFoundPage } from '../shell/not-found';

// What an event is comes first; ticketing's part follows while it is being read, into the place that is held for it.
const loading = import('~/features/tickets/ticket-card');
const TicketCard = lazy(() => loading.then((module) => ({ default: module.TicketCard })));

const held = (
  <Card>
    <Loading>
      <Skeleton lines={4} />
    </Loading>
  </Card>
);

export const Route = createLazyRoute('/events/$eventId')({
  component: () => (
    <EventPage
      tickets={(event) => (
        <Suspense fallback={held}>
          <TicketCard event={event} />
        </Suspense>
      )}
    />
  ),
  notFoundComponent: NotFoundPage,
});
