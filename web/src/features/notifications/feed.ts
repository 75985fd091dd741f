import type { Client } from '@connectrpc/connect';
import type {
  Notification,
  NotificationService,
} from '~/gen/plenary/notifications/v1/notification_service_pb';
import { newRequestId } from '~/lib/ids';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { createStore, type Store } from '~/lib/store';

export interface FeedState {
  /** Newest first; undefined until the first answer. */
  notices: readonly Notification[] | undefined;
  unread: number;
  /** Up to here they were marked read by this page: sequence number. */
  readUpTo: bigint;
  /** Why the list is not there; what is there stays when only the stream is broken. */
  problem: Problem | undefined;
}

/** The world outside, so that tests can hold it still. */
export interface FeedWorld {
  service: Pick<
    Client<typeof NotificationService>,
    'listMyNotifications' | 'followMyNotifications' | 'markNotificationsRead'
  >;
  /** Resolves after the pause, or at once when `signal` ends it. */
  wait(pause_ms: number, signal: AbortSignal): Promise<void>;
  /** One that came while the page was open. */
  onNotice(notice: Notification): void;
}

const SHOWN_MAX = 30;
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 30_000;

/** The caller's notices: read once, then followed for as long as the page is open. */
export class Feed {
  readonly state: Store<FeedState> = createStore<FeedState>({
    notices: undefined,
    unread: 0,
    readUpTo: 0n,
    problem: undefined,
  });
  readonly #world: FeedWorld;

  constructor(world: FeedWorld) {
    this.#world = world;
  }

  /** Reads and follows until `signal` ends it; a stream that breaks goes on after the last notice. */
  async run(signal: AbortSignal): Promise<void> {
    let pause_ms = PAUSE_MIN_MS;
    while (!signal.aborted) {
      let hint_ms: number | undefined;
      try {
        if (!this.state.get().notices) await this.#load(signal);
        await this.#follow(signal, () => {
          pause_ms = PAUSE_MIN_MS;
        });
      } catch (error) {
        if (signal.aborted) return;
        const problem = toProblem(error);
        hint_ms = problem.retryAfter;
        this.#set({ problem });
      }
      await this.#world.wait(hint_ms ?? pause_ms, signal);
      pause_ms = Math.min(PAUSE_MAX_MS, pause_ms * 2);
    }
  }

  /** Marks everything that is here read. When that fails they stay unread, and the next opening tries again. */
  async markRead(): Promise<void> {
    const { notices, unread } = this.state.get();
    const newest = notices?.[0];
    if (!newest || unread === 0) return;
    try {
      const { unreadCount } = await this.#world.service.markNotificationsRead({
        requestId: newRequestId(),
        upToSequence: newest.sequence,
      });
      this.#set({ unread: unreadCount, readUpTo: newest.sequence });
    } catch (error) {
      this.#set({ problem: toProblem(error) });
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    const page = await this.#world.service.listMyNotifications({}, { signal });
    this.#set({ notices: page.notifications, unread: page.unreadCount, problem: undefined });
  }

  async #follow(signal: AbortSignal, onHello: () => void): Promise<void> {
    const afterSequence = this.state.get().notices?.[0]?.sequence ?? 0n;
    // What the hello has counted is not counted again when it comes.
    let counted = afterSequence;
    for await (const { kind } of this.#world.service.followMyNotifications(
      { afterSequence },
      { signal },
    )) {
      if (kind.case === 'hello') {
        counted = kind.value.lastSequence;
        this.#set({ unread: kind.value.unreadCount, problem: undefined });
        onHello();
      } else if (kind.case === 'notification') {
        this.#take(kind.value, counted);
      }
    }
  }

  #take(notice: Notification, counted: bigint): void {
    const { notices = [], unread } = this.state.get();
    if (notices.some((one) => one.sequence === notice.sequence)) return;
    const isNew = !notice.read && notice.sequence > counted;
    this.#set({
      notices: [notice, ...notices].slice(0, SHOWN_MAX),
      unread: unread + (isNew ? 1 : 0),
    });
    if (!notice.read) this.#world.onNotice(notice);
  }

  #set(change: Partial<FeedState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
