import { createLazyRoute } from '@tanstack/react-router';
import { ConnectionsPage } from '~/features/connections/connections-page';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/live/$sessionId/connections')({
  component: ConnectionsPage,
  notFoundComponent: NotFoundPage,
});
