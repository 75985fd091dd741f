import { createLazyRoute } from '@tanstack/react-router';
import { CheckInPage } from '~/features/checkin/check-in-page';

export const Route = createLazyRoute('/organize/events/$eventId/check-in')({
  component: CheckInPage,
});
