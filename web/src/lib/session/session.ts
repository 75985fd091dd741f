import { Code } from '@connectrpc/connect';
import type { Clock } from '~/lib/clock';
import { toProblem } from '~/lib/problem/problem';
import { createStore, type Store } from '~/lib/store';
import { type Claims, readClaims } from './claims';
import type { SessionGrant, SessionRoutes, SessionUser } from './routes';

/** Who sits in front of the screen, as far as the app knows. */
export type SessionState =
  /** A session may exist; the first refresh decides. Show neither "sign in" nor an avatar. */
  | { kind: 'restoring' }
  | { kind: 'anonymous' }
  | { kind: 'signedIn'; user: SessionUser; claims: Claims };

interface HeldToken {
  token: string;
  claims: Claims;
}

/** What tabs tell each other. The token stays in memory: BroadcastChannel writes nothing down. */
type TabMessage = { kind: 'granted'; grant: SessionGrant } | { kind: 'ended' };

/** The world outside, so that tests can hold it still. */
export interface SessionWorld {
  routes: SessionRoutes;
  clock: Clock;
  /** Runs `work` while no other tab runs its own. */
  lock<T>(work: () => Promise<T>): Promise<T>;
  channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>;
  /** Remembers across reloads only *that* there may be a session, so that visitors cause no refused refresh. */
  hint: { get(): boolean; set(present: boolean): void };
}

/** Renew this long before the end, so that no call leaves with a token that dies on its way. */
const RENEW_AHEAD_MS = 30_000;

export class Session {
  readonly #world: SessionWorld;
  readonly #state: Store<SessionState>;
  #held: HeldToken | undefined;
  #refreshing: Promise<string | undefined> | undefined;

  constructor(world: SessionWorld) {
    this.#world = world;
    this.#state = createStore<SessionState>(
      world.hint.get() ? { kind: 'restoring' } : { kind: 'anonymous' },
    );
    world.channel.addEventListener('message', (event) => {
      const message = (event as MessageEvent<TabMessage>).data;
      if (message.kind === 'granted') this.#accept(message.grant);
      else this.#forget();
    });
  }

  get state(): Pick<Store<SessionState>, 'get' | 'subscribe'> {
    return this.#state;
  }

  /** Finds out whether the browser still has a session. Called once, at start. */
  async restore(): Promise<void> {
    if (this.#state.get().kind === 'restoring') await this.refresh().catch(() => undefined);
  }

  /** Throws a ProblemError: CREDENTIALS_WRONG, EMAIL_NOT_VERIFIED, TOO_MANY_ATTEMPTS. */
  async signIn(email: string, password: string): Promise<void> {
    const grant = await this.#world.lock(() => this.#world.routes.open(email, password));
    this.#accept(grant);
    this.#tell({ kind: 'granted', grant });
  }

  /** Ends the session here, and in every other browser too when `everywhere`. */
  async signOut({ everywhere }: { everywhere: boolean }): Promise<void> {
    await this.#world.lock(() => this.#world.routes.close(everywhere));
    this.#forget();
    this.#tell({ kind: 'ended' });
  }

  /** A token that is good for a while, or undefined for a visitor. Renews it first when it is about to end. */
  async accessToken(): Promise<string | undefined> {
    if (this.#state.get().kind === 'anonymous') return undefined;
    const held = this.#held;
    if (held && held.claims.expires - this.#world.clock.now() > RENEW_AHEAD_MS) return held.token;
    return this.refresh();
  }

  /**
   * Renews the access token: one request however many callers and tabs ask for it. Resolves to undefined when the
   * session has ended, rejects when that could not be found out (no network: the session is kept).
   */
  refresh(): Promise<string | undefined> {
    const stale = this.#held?.token;
    this.#refreshing ??= this.#world
      .lock(() => this.#refreshUnlessDone(stale))
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #refreshUnlessDone(stale: string | undefined): Promise<string | undefined> {
    // Another tab may have renewed it while this one waited for the lock.
    if (this.#held && this.#held.token !== stale) return this.#held.token;
    try {
      const grant = await this.#world.routes.refresh();
      this.#accept(grant);
      this.#tell({ kind: 'granted', grant });
      return grant.access_token;
    } catch (error) {
      const { code } = toProblem(error);
      if (code !== Code.Unauthenticated && code !== Code.PermissionDenied) throw error;
      this.#forget();
      this.#tell({ kind: 'ended' });
      return undefined;
    }
  }

  #accept(grant: SessionGrant): void {
    const claims = readClaims(grant.access_token);
    this.#held = { token: grant.access_token, claims };
    this.#world.hint.set(true);
    this.#state.set({ kind: 'signedIn', user: grant.user, claims });
  }

  #forget(): void {
    this.#held = undefined;
    this.#world.hint.set(false);
    this.#state.set({ kind: 'anonymous' });
  }

  #tell(message: TabMessage): void {
    this.#world.channel.postMessage(message);
  }
}
