import { createRouterTransport } from '@connectrpc/connect';
import { createMemoryHistory } from '@tanstack/react-router';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { createQueryClient } from '~/lib/query';
import { Session } from '~/lib/session/session';
import { axeFindings } from '../../../test/axe';
import { FakeGateway } from '../../../test/session-world';
import { Providers } from '../providers';
import { createAppRouter } from '../router';

let gateway: FakeGateway;
beforeEach(() => {
  gateway = new FakeGateway();
});

async function open(path: string) {
  const session = new Session(gateway.tab());
  const queryClient = createQueryClient();
  const transport = createRouterTransport(() => {});
  const router = createAppRouter({ session, queryClient, transport });
  router.update({
    ...router.options,
    history: createMemoryHistory({ initialEntries: [path] }),
  } as never);
  void session.restore();
  const view = render(<Providers {...{ session, queryClient, transport, router }} />);
  await screen.findByRole('main');
  return { ...view, router, session };
}

describe('the shell', () => {
  it('offers visitors an account and nothing that needs one', async () => {
    const { container } = await open('/nothing-here');
    expect(await screen.findByRole('link', { name: 'Sign in' })).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'My tickets' })).toBeNull();
    expect(await axeFindings(container)).toEqual([]);
  });

  it('knows a page that is not there', async () => {
    await open('/nothing-here');
    expect(
      await screen.findByRole('heading', { level: 1, name: 'There is nothing here' }),
    ).toBeTruthy();
  });

  it.each(['/live/usr_01', '/organize/events/usr_01'])(
    'keeps the frame around an address that names nothing: %s',
    async (path) => {
      gateway.hint = true;
      await open(path);
      expect(await screen.findByRole('heading', { name: 'There is nothing here' })).toBeTruthy();
      expect(screen.getByRole('main')).toBeTruthy();
    },
  );

  it('shows who is signed in, and ends the session', async () => {
    gateway.hint = true;
    const user = userEvent.setup();
    const { session } = await open('/nothing-here');
    await user.click(await screen.findByRole('button', { name: 'Account of Ada Lovelace' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    expect(await screen.findByText('You are signed out.')).toBeTruthy();
    expect(session.state.get().kind).toBe('anonymous');
  });

  it('sends visitors of a private page to sign in, and back', async () => {
    const { router } = await open('/profile');
    await screen.findByRole('heading', { level: 1 });
    expect(router.state.location.pathname).toBe('/sign-in');
    expect(router.state.location.search).toEqual({ next: '/profile' });
  });

  it('changes the theme by keyboard', async () => {
    const user = userEvent.setup();
    await open('/nothing-here');
    (await screen.findByRole('button', { name: 'Appearance' })).focus();
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(JSON.parse(localStorage.getItem('plenary.theme') ?? '')).toMatchObject({
      scheme: 'dark',
    });
  });
});
