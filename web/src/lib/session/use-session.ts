import { createContext, useContext } from 'react';
import { useStore } from '~/lib/store';
import type { PlatformRole } from './claims';
import type { Session, SessionState } from './session';

/** Filled by app/providers; tests put a Session over a fake world here. */
export const SessionContext = createContext<Session | undefined>(undefined);

/** The session itself, for `signIn` and `signOut`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionContext above it');
  return session;
}

/** Who is signed in; re-renders when that changes, in this tab or another. */
export function useSessionState(): SessionState {
  return useStore(useSession().state);
}

/** For showing and hiding only: the server decides who may do what. */
export function useHasRole(role: PlatformRole): boolean {
  const state = useSessionState();
  return state.kind === 'signedIn' && state.claims.roles.has(role);
}
