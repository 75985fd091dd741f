import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/organize/events/$eventId')({
  component: () => <PageSlot title="Your event" />,
});
