import { systemClock } from '~/lib/clock';
import { sessionRoutes } from './routes';
import { Session, type SessionWorld } from './session';

const HINT_KEY = 'plenary.session';

const hint: SessionWorld['hint'] = {
  get() {
    try {
      return localStorage.getItem(HINT_KEY) === 'yes';
    } catch {
      // Without storage every start asks the gateway; that is right, only slower.
      return true;
    }
  },
  set(present) {
    try {
      if (present) localStorage.setItem(HINT_KEY, 'yes');
      else localStorage.removeItem(HINT_KEY);
    } catch {
      // See get().
    }
  },
};

/** The browser's session: Web Locks serialise the tabs, a BroadcastChannel keeps them of one mind. */
export const session = new Session({
  routes: sessionRoutes,
  clock: systemClock,
  // Web Locks exist in secure contexts only; a development host over plain HTTP has a single tab's order at least.
  lock: (work) => navigator.locks?.request('plenary-session', work) ?? work(),
  channel: new BroadcastChannel('plenary-session'),
  hint,
});
