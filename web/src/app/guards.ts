import { type ParsedLocation, redirect } from '@tanstack/react-router';
import type { Session } from '~/lib/session/session';

interface GuardArguments {
  context: { session: Session };
  location: ParsedLocation;
}

/**
 * `beforeLoad` of pages that need an account: visitors sign in and come back. When it cannot be found out (no
 * network), the page opens and shows its own errors; the server is what refuses.
 */
export async function requireSignIn({ context, location }: GuardArguments): Promise<void> {
  await context.session.restore();
  if (context.session.state.get().kind === 'anonymous') {
    throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true });
  }
}
