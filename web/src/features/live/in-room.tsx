import { useMutation } from '@connectrpc/connect-query';
import { useEffect, useState } from 'react';
import { LiveService, type Room } from '~/gen/plenary/live/v1/live_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { FormProblem } from '~/ui/states';
import type { Call } from './call/call';
import type { Chat } from './chat/chat';
import { ChatPanel } from './chat-panel';
import { ConnectionLine } from './connection-line';
import { Controls } from './controls';
import styles from './live-page.module.css';
import { m } from './messages';
import { isEnded, isLive } from './model';
import { StageView } from './stage';

interface InRoomProps {
  call: Call;
  chat: Chat;
  room: Room;
  canHost: boolean;
  userId: string;
}

/** The stage first, the chat beside it; on a phone below it. */
export function InRoom({ call, chat, room, canHost, userId }: InRoomProps) {
  const state = useStore(call.state);
  const stage = useStore(call.stage);
  const [ending, setEnding] = useState(false);
  const mending = state.kind === 'live' && state.mending;
  useEffect(() => void chat.load(), [chat]);
  const ended = isEnded(room);
  useEffect(() => {
    if (ended) call.end();
  }, [ended, call]);
  return (
    <div className={styles.room}>
      <div className={styles.show}>
        <StageView
          stage={stage}
          isHost={canHost}
          mending={mending}
          onHear={() => void call.startAudio()}
        />
        <ConnectionLine call={call} mending={mending} />
        <Controls
          call={call}
          stage={stage}
          canPublish={canHost}
          onLeave={() => void call.leave()}
          onEnd={canHost && isLive(room) ? () => setEnding(true) : undefined}
        />
      </div>
      <aside className={styles.side}>
        <ChatPanel chat={chat} userId={userId} canModerate={canHost} />
      </aside>
      <EndDialog room={room} open={ending} onOpenChange={setEnding} />
    </div>
  );
}

interface EndDialogProps {
  room: Room;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function EndDialog({ room, open, onOpenChange }: EndDialogProps) {
  const t = useText();
  const end = useMutation(LiveService.method.endLive);
  const requestIdFor = useRequestIdFor();
  const confirm = async () => {
    const command = { roomId: room.id, began: String(room.liveStartTime?.seconds) };
    await end.mutateAsync({ roomId: room.id, requestId: requestIdFor(command) });
    onOpenChange(false);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t(m.endTitle)}
      description={t(m.endText)}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>{t(m.cancel)}</Button>
          <Button
            tone="danger"
            busy={end.isPending}
            onClick={() => void confirm().catch(() => undefined)}
          >
            {t(m.endConfirm)}
          </Button>
        </>
      }
    >
      <FormProblem problem={end.error ? toProblem(end.error) : undefined} />
    </Dialog>
  );
}
