import { useMutation } from '@connectrpc/connect-query';
import { useEffect } from 'react';
import { LiveService, type Room } from '~/gen/plenary/live/v1/live_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { FormProblem, Notice } from '~/ui/states';
import type { Call, CallState } from './call/call';
import { loadLivekit } from './call/livekit';
import { HostCheck, SoundCheck } from './device-check';
import { m } from './messages';
import { isEnded, isLive } from './model';
import { broughtAlong, useMediaDevices } from './use-media-devices';

interface LobbyProps {
  call: Call;
  room: Room;
  canHost: boolean;
  canJoin: boolean;
  state: CallState;
}

/** Before the room: what there is to check, and the one button that goes on. */
export function Lobby(props: LobbyProps) {
  const { room, canHost, canJoin, state } = props;
  const mayEnter = canHost || canJoin;
  useEffect(() => {
    // What fails now is fetched again by the click, which says so if it must.
    if (mayEnter) void loadLivekit().catch(() => undefined);
  }, [mayEnter]);
  if (state.kind === 'over' && state.reason === 'ended' && !canHost) return null;
  if (canHost) return <HostLobby {...props} />;
  if (!canJoin) return <NoTicket room={room} />;
  return <AttendeeLobby {...props} />;
}

function HostLobby({ call, room, state }: LobbyProps) {
  const t = useText();
  const { check, choice, setChoice, retry } = useMediaDevices(state.kind !== 'joining');
  const goLive = useMutation(LiveService.method.goLive);
  const requestIdFor = useRequestIdFor();
  const enter = async () => {
    if (!isLive(room)) {
      const command = { roomId: room.id, began: String(room.liveStartTime?.seconds) };
      await goLive.mutateAsync({ roomId: room.id, requestId: requestIdFor(command) });
    }
    await call.join({ ...broughtAlong(check), ...choice });
  };
  const busy = goLive.isPending || state.kind === 'joining';
  return (
    <Stack gap={6}>
      <Stack gap={2}>
        <h2>{t(m.readyTitle)}</h2>
        <p>{t(m.readyText)}</p>
      </Stack>
      <HostCheck check={check} choice={choice} onChoose={setChoice} onRetry={retry} />
      <FormProblem problem={goLive.error ? toProblem(goLive.error) : undefined} />
      <div>
        <Button
          tone="primary"
          icon="signal"
          busy={busy}
          onClick={() => void enter().catch(() => undefined)}
        >
          {busy ? t(m.joining) : t(isLive(room) ? m.backOnStage : m.goLive)}
        </Button>
      </div>
    </Stack>
  );
}

function AttendeeLobby({ call, room, state }: LobbyProps) {
  const t = useText();
  const open = isLive(room);
  const again = state.kind === 'over' || state.kind === 'failed';
  return (
    <Stack gap={6}>
      {!again && (
        <Stack gap={2}>
          <h2>{t(open ? m.comeInTitle : isEnded(room) ? m.endedTitle : m.waitingTitle)}</h2>
          <p>{t(open ? m.comeInText : isEnded(room) ? m.endedText : m.waitingText)}</p>
        </Stack>
      )}
      {open && (
        <div>
          <Button
            tone="primary"
            icon="play"
            busy={state.kind === 'joining'}
            onClick={() => void call.join({ microphone: false, camera: false })}
          >
            {t(state.kind === 'joining' ? m.joining : again ? m.joinAgain : m.join)}
          </Button>
        </div>
      )}
      {!isEnded(room) && <SoundCheck />}
    </Stack>
  );
}

function NoTicket({ room }: { room: Room }) {
  const t = useText();
  return (
    <Stack gap={4}>
      <Notice icon="ticket">{t(m.ticketNeeded)}</Notice>
      <div>
        <ButtonLink
          to="/events/$eventId/tickets"
          params={{ eventId: room.eventId }}
          tone="primary"
          icon="ticket"
        >
          {t(m.getTicket)}
        </ButtonLink>
      </div>
    </Stack>
  );
}
