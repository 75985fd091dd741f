import type { Transport } from '@connectrpc/connect';
import { TransportProvider } from '@connectrpc/connect-query';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Provider as DirectionProvider } from 'radix-ui/direction';
import { useEffect } from 'react';
import { localeStore } from '~/lib/i18n/locale';
import { forgetPrivate } from '~/lib/private-storage';
import type { Session } from '~/lib/session/session';
import { SessionContext } from '~/lib/session/use-session';
import { useStore } from '~/lib/store';
import type { AppRouter } from './router';

interface ProvidersProps {
  session: Session;
  queryClient: QueryClient;
  transport: Transport;
  router: AppRouter;
}

/** Who is signed in decides what every answer says: nothing of the last person stays. */
function useForgetOnChangeOfUser(session: Session, queryClient: QueryClient): void {
  useEffect(() => {
    const userOf = () => {
      const state = session.state.get();
      return state.kind === 'signedIn' ? state.claims.userId : undefined;
    };
    let user = userOf();
    return session.state.subscribe(() => {
      const next = userOf();
      // What the device kept for reading without a network goes with whom it was kept for.
      if (session.state.get().kind === 'anonymous' || (user !== undefined && next !== user))
        forgetPrivate();
      // From nobody to somebody, what was public is refetched; from somebody to anybody, it is dropped.
      if (user !== undefined && next !== user) queryClient.clear();
      else if (next !== user) void queryClient.invalidateQueries();
      user = next;
    });
  }, [session, queryClient]);
}

export function Providers({ session, queryClient, transport, router }: ProvidersProps) {
  useForgetOnChangeOfUser(session, queryClient);
  const { direction } = useStore(localeStore);
  return (
    <SessionContext value={session}>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={queryClient}>
          <DirectionProvider dir={direction}>
            <RouterProvider router={router} />
          </DirectionProvider>
        </QueryClientProvider>
      </TransportProvider>
    </SessionContext>
  );
}
