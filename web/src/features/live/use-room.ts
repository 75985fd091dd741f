import { createClient } from '@connectrpc/connect';
import { useQuery, useTransport } from '@connectrpc/connect-query';
import { useEffect, useState } from 'react';
import { LiveService, type Room } from '~/gen/plenary/live/v1/live_service_pb';

const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 15_000;

/** A session's room: read once, then followed. */
export function useRoom(sessionId: string) {
  const read = useQuery(LiveService.method.getRoom, { sessionId });
  const followed = useFollowedRoom(sessionId, read.isSuccess);
  const room = followed ?? read.data?.room;
  return { room, access: read.data?.access, error: read.error, refetch: read.refetch };
}

function useFollowedRoom(sessionId: string, enabled: boolean): Room | undefined {
  const transport = useTransport();
  const [room, setRoom] = useState<Room>();
  useEffect(() => {
    if (!enabled) return;
    const over = new AbortController();
    void follow();
    return () => over.abort();

    async function follow(): Promise<void> {
      const client = createClient(LiveService, transport);
      let pause = RECONNECT_MIN_MS;
      while (!over.signal.aborted) {
        try {
          for await (const change of client.watchRoom({ sessionId }, { signal: over.signal })) {
            pause = RECONNECT_MIN_MS;
            if (change.room) setRoom(change.room);
          }
        } catch {
          // The stream may end at any time; the next one begins with the room as it is then.
        }
        await new Promise((resume) => setTimeout(resume, pause));
        pause = Math.min(pause * 2, RECONNECT_MAX_MS);
      }
    }
  }, [sessionId, enabled, transport]);
  return room;
}
