import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import {
  FollowMyNotificationsResponseSchema,
  ListMyNotificationsResponseSchema,
  MarkNotificationsReadResponseSchema,
  type Notification,
  NotificationKind,
  NotificationSchema,
} from '~/gen/plenary/notifications/v1/notification_service_pb';
import { Feed } from './feed';
import { concernsFew } from './words';

function notice(sequence: number, read = false): Notification {
  return create(NotificationSchema, { id: `ntf_${sequence}`, sequence: BigInt(sequence), read });
}

const hello = (lastSequence: number, unreadCount: number) =>
  create(FollowMyNotificationsResponseSchema, {
    kind: { case: 'hello', value: { lastSequence: BigInt(lastSequence), unreadCount } },
  });
const next = (value: Notification) =>
  create(FollowMyNotificationsResponseSchema, { kind: { case: 'notification', value } });

/** A server whose streams give what they are told and then break; the last one ends the run. */
function world(listed: Notification[], unreadCount: number, streams: ReturnType<typeof hello>[][]) {
  const seen = {
    after: [] as bigint[],
    pauses: [] as number[],
    noticed: [] as bigint[],
    marked: 0n,
  };
  const leaving = new AbortController();
  const feed = new Feed({
    service: {
      listMyNotifications: async () =>
        create(ListMyNotificationsResponseSchema, { notifications: listed, unreadCount }),
      async *followMyNotifications(request) {
        seen.after.push(request.afterSequence ?? 0n);
        yield* streams.shift() ?? [];
        if (streams.length === 0) leaving.abort();
        throw new ConnectError('restarting', Code.Unavailable);
      },
      markNotificationsRead: async (request) => {
        seen.marked = request.upToSequence ?? 0n;
        return create(MarkNotificationsReadResponseSchema, {});
      },
    },
    wait: async (pause_ms) => void seen.pauses.push(pause_ms),
    onNotice: (one) => seen.noticed.push(one.sequence),
  });
  return { feed, seen, run: () => feed.run(leaving.signal) };
}

describe('the feed of notices', () => {
  it('goes on after the last notice when the stream breaks, and waits longer each time', async () => {
    const { seen, run } = world([notice(2), notice(1, true)], 1, [
      [hello(2, 1), next(notice(3))],
      [],
      [],
      [hello(3, 2)],
    ]);
    await run();
    expect(seen.after).toEqual([2n, 3n, 3n, 3n]);
    expect(seen.pauses).toEqual([1000, 2000, 4000]);
    expect(seen.noticed).toEqual([3n]);
  });

  it('counts each notice once: those that the hello has counted, and those after it', async () => {
    const { feed, run } = world([notice(1)], 1, [[hello(2, 2), next(notice(2)), next(notice(3))]]);
    await run();
    expect(feed.state.get().unread).toBe(3);
    expect(feed.state.get().notices?.map(({ sequence }) => sequence)).toEqual([3n, 2n, 1n]);
  });

  it('marks read up to the newest, and nothing when all is read', async () => {
    const { feed, seen, run } = world([notice(5), notice(4)], 2, [[hello(5, 2)]]);
    await run();
    await feed.markRead();
    expect(seen.marked).toBe(5n);
    expect(feed.state.get().unread).toBe(0);
    seen.marked = 0n;
    await feed.markRead();
    expect(seen.marked).toBe(0n);
  });
});

describe('a notice', () => {
  it('makes the page read again what few are told of, and not a whole audience at once', () => {
    const of = (kind: NotificationKind) => concernsFew(create(NotificationSchema, { kind }));
    expect(of(NotificationKind.EVENT_REJECTED)).toBe(true);
    expect(of(NotificationKind.ORDER_COMPLETED)).toBe(true);
    expect(of(NotificationKind.SESSION_LIVE)).toBe(false);
  });
});
