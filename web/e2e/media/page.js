// Runs in the page of the media journey, beside livekit-client: one room, what happened in it, and its numbers.
const { ConnectionCheck, Room, RoomEvent, Track, VideoPresets } = globalThis.LivekitClient;

/** Everything that the room said: its name, and what came with it as far as it is text. */
globalThis.happened = [];

globalThis.join = async (url, token, options = {}) => {
  const room = new Room({ singlePeerConnection: false, ...options });
  globalThis.room = room;
  for (const name of Object.values(RoomEvent)) {
    room.on(name, (...given) => {
      const details = given.map((one) => one?.source ?? one?.identity ?? one);
      globalThis.happened.push({ name, details: details.filter((one) => typeof one !== 'object') });
    });
  }
  room.on(RoomEvent.DataReceived, (bytes, from, _kind, topic) => {
    globalThis.received.push({
      text: new TextDecoder().decode(bytes),
      from: from?.identity,
      topic,
    });
  });
  await room.connect(url, token);
};
globalThis.received = [];

/** How often the room has said this since the last `forget`. */
globalThis.count = (name) => globalThis.happened.filter((one) => one.name === name).length;
globalThis.forget = () => {
  globalThis.happened = [];
  globalThis.received = [];
};

globalThis.publishCamera = (videoCodec = 'vp8', backupCodecPolicy = undefined) =>
  globalThis.room.localParticipant.setCameraEnabled(
    true,
    { resolution: VideoPresets.h720.resolution },
    { simulcast: true, videoCodec, backupCodecPolicy },
  );

/** As a browser that cannot decode this: what is offered in nothing else is declined. */
globalThis.cannotDecode = (mimeType) => {
  const { codecs } = RTCRtpReceiver.getCapabilities('video');
  const known = codecs.filter((codec) => codec.mimeType.toLowerCase() !== mimeType);
  const createAnswer = RTCPeerConnection.prototype.createAnswer;
  RTCPeerConnection.prototype.createAnswer = function (...given) {
    for (const transceiver of this.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'video') transceiver.setCodecPreferences(known);
    }
    return createAnswer.apply(this, given);
  };
};

/** The first publication of a source that somebody else has. */
globalThis.remote = (source) =>
  [...globalThis.room.remoteParticipants.values()]
    .map((person) => person.getTrackPublication(source))
    .find(Boolean);

/** Shows a remote source in an element of this size. */
globalThis.show = (source, width, height) => {
  const element = document.querySelector(`video.${source}`) ?? document.createElement('video');
  element.className = source;
  element.style.cssText = `display: block; width: ${width}px; height: ${height}px`;
  if (!element.isConnected) {
    document.body.append(element);
    globalThis.remote(source).track.attach(element);
  }
};
globalThis.hide = (source) =>
  document.querySelector(`video.${source}`)?.style.setProperty('display', 'none');

/** What is received of a source now. */
globalThis.inbound = async (source) => {
  const track = globalThis.remote(source)?.track;
  const report = track && (await track.getRTCStatsReport());
  const stats = report && [...report.values()].find(({ type }) => type === 'inbound-rtp');
  const { framesDecoded = 0, frameWidth = 0, bytesReceived = 0, packetsReceived = 0 } = stats ?? {};
  return { framesDecoded, frameWidth, bytesReceived, packetsReceived };
};

/** Notes every few milliseconds how many packets of pictures have come, and when the last did. */
globalThis.watchPackets = () => {
  globalThis.lastPacket = { count: 0, at: 0 };
  const { subscriber } = globalThis.room.engine.pcManager;
  const look = async () => {
    const report = [...(await subscriber.getStats()).values()];
    const pictures = report.filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    const count = pictures.reduce((sum, { packetsReceived }) => sum + packetsReceived, 0);
    if (count > globalThis.lastPacket.count) globalThis.lastPacket = { count, at: Date.now() };
    setTimeout(look, 10);
  };
  look();
};

/** What is sent of the camera now, layer by layer. */
globalThis.outbound = async () => {
  const track = globalThis.room.localParticipant.getTrackPublication(Track.Source.Camera)?.track;
  const report = track && (await track.getRTCStatsReport());
  const stats = report ? [...report.values()].filter(({ type }) => type === 'outbound-rtp') : [];
  const layers = stats.map(({ rid, active, frameWidth, framesEncoded }) => {
    return { rid, active, width: frameWidth, frames: framesEncoded };
  });
  return layers.sort((one, other) => (one.width ?? 0) - (other.width ?? 0));
};

/** The codecs in which pictures are on their way to the server. */
globalThis.sentCodecs = async () => {
  const report = await globalThis.room.engine.pcManager.publisher.getStats();
  const streams = [...report.values()].filter(({ type, kind, active }) => {
    return type === 'outbound-rtp' && kind === 'video' && active;
  });
  return [...new Set(streams.map(({ codecId }) => report.get(codecId)?.mimeType))].sort().join();
};

/** The codec in which the camera comes. */
globalThis.receivedCodec = async () => {
  const report = await globalThis.remote('camera')?.track?.getRTCStatsReport();
  const stream = [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
  return report?.get(stream?.codecId)?.mimeType;
};

/** Comes in as somebody new, waits for the first decoded frame, leaves: milliseconds from the start to each step. */
globalThis.timeJoin = async (url, token) => {
  const room = new Room({ singlePeerConnection: false });
  const start = performance.now();
  const marks = {};
  const mark = (name) => {
    marks[name] ??= performance.now() - start;
  };
  const element = document.createElement('video');
  element.muted = true;
  document.body.append(element);
  const frame = new Promise((resume) => element.requestVideoFrameCallback(resume));
  room.once(RoomEvent.SignalConnected, () => mark('signalling'));
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind !== Track.Kind.Video) return;
    mark('track');
    track.attach(element);
  });
  await room.connect(url, token);
  mark('connected');
  await frame;
  mark('frame');
  await room.disconnect();
  element.remove();
  return marks;
};

/** livekit-client's own check of a server. */
globalThis.checkConnection = async (url, token) => {
  const check = new ConnectionCheck(url, token, {
    roomOptions: { singlePeerConnection: false },
  });
  // Relaying and TCP come later.
  await check.checkWebsocket();
  await check.checkWebRTC();
  await check.checkReconnect();
  await check.checkPublishAudio();
  await check.checkPublishVideo();
  return check.getResults().map(({ name, status, logs }) => ({
    name,
    status: ['idle', 'running', 'skipped', 'success', 'failed'][status] ?? status,
    logs: logs.map(({ level, message }) => `${level}: ${message}`),
  }));
};
