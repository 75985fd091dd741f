import { type ConnectRouter, createRouterTransport } from '@connectrpc/connect';
import { createMemoryHistory } from '@tanstack/react-router';
import { render, screen } from '@testing-library/react';
import { Providers } from '~/app/providers';
import { createAppRouter } from '~/app/router';
import { type Clock, ClockContext, clockAt } from '~/lib/clock';
import { applyLocale, englishFor } from '~/lib/i18n/locale';
import { createQueryClient } from '~/lib/query';
import { Session } from '~/lib/session/session';
import { FakeGateway } from './session-world';

interface OpenPage {
  /** The address, with search and fragment. */
  path: string;
  /** The services, as far as the page asks them. */
  services?: (router: ConnectRouter) => void;
  signedIn?: boolean;
  gateway?: FakeGateway;
  clock?: Clock;
}

export const NOW = '2026-11-22T10:00:00Z';

/** The whole app at an address, over fake services: what a test sees is what a visitor sees. */
export async function openPage({
  path,
  services = () => {},
  signedIn = false,
  gateway = new FakeGateway(),
  clock = clockAt(NOW),
}: OpenPage) {
  // Dates as the tests write them, wherever they run.
  applyLocale(englishFor(['en-GB']));
  gateway.hint = signedIn;
  const session = new Session(gateway.tab());
  const queryClient = createQueryClient();
  queryClient.setDefaultOptions({ queries: { retry: false } });
  const transport = createRouterTransport(services);
  const router = createAppRouter({ session, queryClient, transport });
  router.update({
    ...router.options,
    history: createMemoryHistory({ initialEntries: [path] }),
  } as never);
  if (signedIn) await session.restore();
  const view = render(
    <ClockContext value={clock}>
      <Providers {...{ session, queryClient, transport, router }} />
    </ClockContext>,
  );
  await screen.findByRole('main');
  return { ...view, router, session, queryClient, gateway };
}
