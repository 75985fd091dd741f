import type { Transport } from '@connectrpc/connect';
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import type { Session } from '~/lib/session/session';
import { routeTree } from './routes';
import { NotFoundPage } from './shell/not-found';
import { PageError } from './shell/page-error';
import { PagePending } from './shell/page-pending';

/** What loaders and guards of routes can reach. */
export interface RouterContext {
  session: Session;
  queryClient: QueryClient;
  transport: Transport;
}

export function createAppRouter(context: RouterContext) {
  const router = createRouter({
    routeTree,
    context,
    defaultPreload: 'intent',
    // The query cache knows what is fresh.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  });
  router.subscribe('onResolved', ({ pathChanged, fromLocation }) => {
    // A page that changes under a keyboard or a screen reader begins at its start, not where the last one was left.
    if (pathChanged && fromLocation)
      document.getElementById('main')?.focus({ preventScroll: true });
  });
  return router;
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
  interface StaticDataRouteOption {
    /** `none`: the page fills the window, without header and footer (the live room). */
    chrome?: 'none';
  }
}
