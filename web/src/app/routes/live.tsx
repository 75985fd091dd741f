import { createLazyRoute } from '@tanstack/react-router';
import { LivePage } from '~/features/live/live-page';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/live/$sessionId')({
  component: LivePage,
  notFoundComponent: NotFoundPage,
});
