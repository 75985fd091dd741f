import type {
  Participant,
  RemoteTrackPublication,
  Room,
  Track,
  TrackPublication,
} from 'livekit-client';
import {
  pathOf,
  type Readings,
  type Received,
  receivedOf,
  type Sent,
  type StatsReport,
  sentOf,
} from '../connection/readings';
import type { GoneReason, MediaEvents, MediaRoom, Picture, Sound, Stage } from './media-room';

/**
 * livekit-client 2.23 says that it has reconnected as soon as its transports are up. After a reconnect from scratch it goes
 * on, until two seconds after the session began, to keep what is to be sent reliably for a resume that never comes
 * (RTCEngine: `minReconnectWait`, `attemptingReconnect`), so that it would be lost.
 */
const SENDS_AGAIN_MS = 2_000;

/** Fetches the media library, which only those need who may come in: at the door, so that the click does not wait for it. */
export function loadLivekit(): Promise<typeof import('livekit-client')> {
  return import('livekit-client');
}

/** A media room over livekit-client. */
export async function openLivekitRoom(events: MediaEvents): Promise<MediaRoom> {
  const livekit = await loadLivekit();
  const { DisconnectReason, RoomEvent, Track } = livekit;
  const room = new livekit.Room({
    // Two peer connections: what our server speaks.
    singlePeerConnection: false,
    // What is small or out of sight is fetched small or not at all; what nobody watches is not sent.
    adaptiveStream: true,
    dynacast: true,
    publishDefaults: { simulcast: true, videoCodec: 'vp8', dtx: true, red: false },
    videoCaptureDefaults: { resolution: livekit.VideoPresets.h720.resolution },
  });

  const whys: Partial<Record<number, GoneReason>> = {
    [DisconnectReason.CLIENT_INITIATED]: 'left',
    [DisconnectReason.ROOM_DELETED]: 'ended',
    [DisconnectReason.ROOM_CLOSED]: 'ended',
    [DisconnectReason.DUPLICATE_IDENTITY]: 'elsewhere',
    [DisconnectReason.PARTICIPANT_REMOVED]: 'removed',
  };
  for (const event of [
    RoomEvent.ParticipantConnected,
    RoomEvent.ParticipantDisconnected,
    RoomEvent.TrackSubscribed,
    RoomEvent.TrackUnsubscribed,
    RoomEvent.TrackMuted,
    RoomEvent.TrackUnmuted,
    RoomEvent.LocalTrackPublished,
    RoomEvent.LocalTrackUnpublished,
    RoomEvent.ActiveSpeakersChanged,
    RoomEvent.TrackStreamStateChanged,
    RoomEvent.AudioPlaybackStatusChanged,
  ] as const) {
    room.on(event, events.changed);
  }
  let fromScratch = false;
  let sends: Promise<void> = Promise.resolve();
  room
    .on(RoomEvent.DataReceived, (bytes, _participant, _kind, topic) => events.data(bytes, topic))
    .on(RoomEvent.SignalConnected, events.signalled)
    .on(RoomEvent.Reconnecting, () => {
      fromScratch = true;
      events.reconnecting();
    })
    .on(RoomEvent.SignalReconnecting, events.reconnecting)
    .on(RoomEvent.Reconnected, () => {
      if (fromScratch) sends = new Promise((resume) => setTimeout(resume, SENDS_AGAIN_MS));
      fromScratch = false;
      events.reconnected();
    })
    .on(RoomEvent.Disconnected, (reason) => events.gone(whys[reason ?? -1] ?? 'lost'));

  const me = room.localParticipant;
  return {
    connect: (url, token) => room.connect(url, token),
    disconnect: () => room.disconnect(),
    setMicrophone: async (on, deviceId) => {
      await me.setMicrophoneEnabled(on, deviceId ? { deviceId } : undefined);
    },
    setCamera: async (on, deviceId) => {
      await me.setCameraEnabled(on, deviceId ? { deviceId } : undefined);
    },
    setScreen: async (on) => {
      await me.setScreenShareEnabled(on, { audio: true });
    },
    publish: async (bytes, topic) => {
      await sends;
      await me.publishData(new Uint8Array(bytes), { reliable: true, topic });
    },
    startAudio: () => room.startAudio(),
    stage: () => stageOf(room, Track.Kind.Video, Track.Source.ScreenShare, events.pictured),
    readings: () => readingsOf(room),
  };
}

function stageOf(room: Room, video: string, screenShare: string, pictured: () => void): Stage {
  const me = room.localParticipant;
  const people: Participant[] = [me, ...room.remoteParticipants.values()];
  const pictures: Picture[] = [];
  const sounds: Sound[] = [];
  for (const person of people) {
    for (const publication of person.trackPublications.values()) {
      const { track } = publication;
      if (!track || publication.isMuted) continue;
      if (publication.kind === video) {
        const picture = pictureOf(person, publication, track, screenShare);
        pictures.push(picture.mine ? picture : watched(picture, pictured));
      } else if (person !== me) {
        sounds.push({
          id: idOf(track),
          attach: (element) => void track.attach(element),
          detach: (element) => void track.detach(element),
        });
      }
    }
  }
  return {
    pictures,
    sounds,
    count: Math.max(room.numParticipants, people.length),
    microphone: me.isMicrophoneEnabled,
    camera: me.isCameraEnabled,
    screen: me.isScreenShareEnabled,
    soundBlocked: !room.canPlaybackAudio,
  };
}

/** Says when a picture is first shown, where the browser tells. */
function watched(picture: Picture, pictured: () => void): Picture {
  return {
    ...picture,
    attach: (element) => {
      picture.attach(element);
      element.requestVideoFrameCallback?.(pictured);
    },
  };
}

const ids = new WeakMap<Track, string>();
let lastId = 0;

/** Names a track as this page has it. Its sid does not: after coming back as somebody new, another track has the same. */
function idOf(track: Track): string {
  const known = ids.get(track);
  if (known) return known;
  lastId += 1;
  const id = `track-${lastId}`;
  ids.set(track, id);
  return id;
}

function pictureOf(
  person: Participant,
  publication: TrackPublication,
  track: Track,
  screenShare: string,
): Picture {
  return {
    id: idOf(track),
    kind: publication.source === screenShare ? 'screen' : 'camera',
    name: person.name || person.identity,
    mine: person.isLocal,
    speaking: person.isSpeaking,
    paused: track.streamState === 'paused',
    attach: (element) => void track.attach(element),
    detach: (element) => void track.detach(element),
  };
}

/** Asks the browser about each track; a track that ends meanwhile has nothing to say. */
async function readingsOf(room: Room): Promise<Readings> {
  const report = async ({ track }: TrackPublication) =>
    (await track?.getRTCStatsReport().catch(() => undefined)) as StatsReport | undefined;
  const received: Received[] = [];
  const sent: Sent[] = [];
  let path: ReturnType<typeof pathOf> = { roundTrip_ms: undefined, candidate: undefined };
  for (const person of room.remoteParticipants.values()) {
    for (const publication of person.trackPublications.values()) {
      const stats = isPlaying(publication) ? await report(publication) : undefined;
      if (!stats) continue;
      if (path.roundTrip_ms === undefined) path = pathOf(stats);
      received.push({
        id: publication.trackSid,
        kind: kindOf(publication),
        name: person.name || person.identity,
        senderQuality: person.connectionQuality,
        paused: publication.track?.streamState === 'paused',
        ...receivedOf(stats),
      });
    }
  }
  for (const publication of room.localParticipant.trackPublications.values()) {
    const stats = publication.isMuted ? undefined : await report(publication);
    if (!stats) continue;
    if (path.roundTrip_ms === undefined) path = pathOf(stats);
    sent.push(sentOf(stats));
  }
  const quality = room.localParticipant.connectionQuality;
  return { at_ms: performance.now(), ...path, quality, received, sent };
}

/** What is muted or out of sight stands still on purpose. */
function isPlaying(publication: RemoteTrackPublication): boolean {
  return publication.isSubscribed && !publication.isMuted && publication.isEnabled;
}

function kindOf({ kind, source }: TrackPublication): Received['kind'] {
  if (kind === 'audio') return 'sound';
  return source === 'screen_share' ? 'screen' : 'camera';
}
