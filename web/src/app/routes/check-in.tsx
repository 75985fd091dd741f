import { createLazyRoute } from '@tanstack/react-router';
import { CheckInPage } from '~/features/checkin/check-in-page';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/organize/events/$eventId/check-in')({
  component: CheckInPage,
  notFoundComponent: NotFoundPage,
});
