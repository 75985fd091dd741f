import { useQuery } from '@connectrpc/connect-query';
import type { ReactNode } from 'react';
import { LiveService, type Room, RoomState } from '~/gen/plenary/live/v1/live_service_pb';
import { type AskRoom, afterRoom, type NextStep, type RoomStanding } from './next-step';

interface RoomStepProps {
  step: AskRoom;
  pending: ReactNode;
  children: (step: NextStep) => ReactNode;
}

/** While nothing is on air, the room is asked again this often: nobody has to reload to see a show begin. */
const ASK_AGAIN_MS = 20_000;

function standingOf(room: Room | undefined): RoomStanding {
  switch (room?.state) {
    case RoomState.WAITING:
      return 'waiting';
    case RoomState.LIVE:
      return 'onAir';
    case RoomState.ENDED:
      return 'ended';
    default:
      return 'unknown';
  }
}

/** Lets the room of a session decide whether there is something to join. */
export function RoomStep({ step, pending, children }: RoomStepProps) {
  const found = useQuery(
    LiveService.method.getRoom,
    { sessionId: step.session.id },
    { refetchInterval: ASK_AGAIN_MS, retry: false },
  );
  if (found.isPending) return pending;
  return children(afterRoom(step, standingOf(found.data?.room)));
}
