import { createClient } from '@connectrpc/connect';
import { useTransport } from '@connectrpc/connect-query';
import { useEffect, useMemo } from 'react';
import { ChatService } from '~/gen/plenary/engagement/v1/chat_service_pb';
import { JoinStep_Kind, LiveService } from '~/gen/plenary/live/v1/live_service_pb';
import { Call } from './call/call';
import type { JoinStep, JoinTimes } from './call/join-timing';
import { openLivekitRoom } from './call/livekit';
import { CHAT_TOPIC, Chat } from './chat/chat';

/** The call and the chat of a room, for as long as the page is open. */
export function useLive(roomId: string, userId: string): { call: Call; chat: Chat } {
  const transport = useTransport();
  const live = useMemo(() => {
    const service = createClient(LiveService, transport);
    const call: Call = new Call({
      join: async () => {
        const { mediaToken } = await service.joinRoom({ roomId });
        return { token: mediaToken, url: signallingUrl() };
      },
      open: openLivekitRoom,
      wait: (pause) => new Promise((resume) => setTimeout(resume, pause)),
      onData: (bytes, topic) => {
        if (topic === CHAT_TOPIC) chat.receive(bytes);
      },
      onConnected: () => void chat.catchUp(),
      timing: {
        now: () => performance.now(),
        after: (pause, act) => void setTimeout(act, pause),
        // Nobody waits for it, and a report that fails is not missed.
        report: (token, times) => {
          note(times);
          void service.reportJoin(reportOf(token, times)).catch(() => undefined);
        },
      },
    });
    const chat: Chat = new Chat({
      roomId,
      userId,
      service: createClient(ChatService, transport),
      send: (bytes, topic) => call.publish(bytes, topic),
      after: (pause, act) => void setTimeout(act, pause),
    });
    return { call, chat };
  }, [roomId, userId, transport]);
  useEffect(() => {
    const leave = () => void live.call.leave();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      if (live.call.state.get().kind !== 'idle') leave();
    };
  }, [live]);
  return live;
}

const kinds: Readonly<Record<JoinStep, JoinStep_Kind>> = {
  seat: JoinStep_Kind.SEAT,
  open: JoinStep_Kind.OPEN,
  signalling: JoinStep_Kind.SIGNALLING,
  transport: JoinStep_Kind.TRANSPORT,
  picture: JoinStep_Kind.PICTURE,
};

/** For the browser's own tools, and for `web/e2e/join-time.mjs`. */
function note({ steps, elapsed_ms }: JoinTimes): void {
  const clicked = performance.now() - elapsed_ms;
  for (const { step, start_ms, end_ms } of steps) {
    performance.measure(`join:${step}`, { start: clicked + start_ms, end: clicked + end_ms });
  }
}

function reportOf(mediaToken: string, { steps, elapsed_ms }: JoinTimes) {
  return {
    mediaToken,
    elapsedMs: Math.ceil(elapsed_ms),
    steps: steps.map(({ step, start_ms, end_ms }) => ({
      kind: kinds[step],
      startMs: Math.floor(start_ms),
      endMs: Math.floor(end_ms),
    })),
  };
}

function signallingUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
}
