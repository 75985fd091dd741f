import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/organize/events/$eventId/check-in')({
  component: () => <PageSlot title="Check-in" />,
});
