import { Code } from '@connectrpc/connect';
import { ProblemError, titleOf } from '~/lib/problem/problem';
import type { SessionGrant } from '~/lib/session/routes';
import type { SessionWorld } from '~/lib/session/session';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as identity signs them, but for the signature, which the app does not check. */
export function accessToken(expires_ms: number, claims: object = {}): string {
  const payload = { sub: 'usr_ada', sid: 'sid_1', name: 'Ada Lovelace', ev: true, ...claims };
  return `${encode({ alg: 'EdDSA' })}.${encode({ ...payload, exp: expires_ms / 1000 })}.sig`;
}

/** A gateway with one session, a clock, and a browser with several tabs. */
export class FakeGateway {
  now_ms = 1_000_000_000_000;
  refreshes = 0;
  /** Whether the cookie is still good. */
  alive = true;
  /** Whether the network is there. */
  reachable = true;
  hint = false;
  readonly #listeners = new Set<{ from: object; listener: (event: MessageEvent) => void }>();
  #queue: Promise<unknown> = Promise.resolve();

  grant(): SessionGrant {
    const expires_ms = this.now_ms + 300_000;
    return {
      access_token: accessToken(expires_ms, { jti: this.refreshes }),
      expires_time: new Date(expires_ms).toISOString(),
      user: {
        id: 'usr_ada',
        email: 'ada@example.org',
        display_name: 'Ada Lovelace',
        email_verified: true,
      },
    };
  }

  refuse(code: Code, reason: string): ProblemError {
    return new ProblemError({
      reason,
      code,
      title: titleOf(reason, code),
      fieldErrors: [],
      retryAfter: undefined,
      metadata: {},
      transient: code === Code.Unavailable,
    });
  }

  /** The world as one more tab sees it. */
  tab(): SessionWorld {
    const self = {};
    return {
      clock: { now: () => this.now_ms },
      hint: {
        get: () => this.hint,
        set: (present) => {
          this.hint = present;
        },
      },
      lock: (work) => {
        const turn = this.#queue.then(work, work);
        this.#queue = turn.catch(() => undefined);
        return turn;
      },
      channel: {
        postMessage: (data) => {
          for (const { from, listener } of this.#listeners) {
            if (from !== self) listener(new MessageEvent('message', { data }));
          }
        },
        addEventListener: (_type: string, listener: unknown) => {
          this.#listeners.add({ from: self, listener: listener as (event: MessageEvent) => void });
        },
      },
      routes: {
        open: async (_email, password) => {
          if (password !== 'right') throw this.refuse(Code.Unauthenticated, 'CREDENTIALS_WRONG');
          this.alive = true;
          return this.grant();
        },
        refresh: async () => {
          if (!this.reachable) throw this.refuse(Code.Unavailable, '');
          this.refreshes += 1;
          if (!this.alive) throw this.refuse(Code.Unauthenticated, 'SESSION_ENDED');
          return this.grant();
        },
        close: async () => {
          this.alive = false;
        },
      },
    };
  }
}
