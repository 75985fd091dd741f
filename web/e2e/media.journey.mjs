// livekit-client's repertoire in Chromium, against a node that stands alone: what LiveKit's own web client expects of a server.
import assert from 'node:assert/strict';
import { Client } from './media/client.mjs';

const ROOM = 'hall';
const JOINS = 20;
const WIDTHS = { LOW: 320, MEDIUM: 640, HIGH: 1280 };
/** LiveKit's BackupCodecPolicy: both codecs at once. */
const SIMULCAST = 1;
const QUALITY = { LOW: 0, MEDIUM: 1, HIGH: 2 };

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./media/bench.mjs').Bench} bench
 * @param {(step: string) => void} step
 */
export async function media(browser, bench, step) {
  const speaker = await Client.open(browser, bench, 'speaker');
  const viewer = await Client.open(browser, bench, 'viewer');
  await speaker.join(ROOM, { dynacast: true });
  await viewer.join(ROOM);
  const hall = { bench, speaker, viewer };
  const faults = [];
  for (const [what, scenario] of SCENARIOS) {
    step(what);
    try {
      await scenario(hall, step);
    } catch (error) {
      faults.push(`${what}: ${error.message}`);
      step(`  FAILED: ${error.message.split('\n')[0]}`);
    }
  }
  assert.deepEqual(faults, []);
}

const SCENARIOS = [
  ['publish with three layers, receive each by choice', publishAndChoose],
  ['adaptive stream: the layer follows the element, a hidden one receives nothing', adapt],
  ['dynacast: what nobody watches is not sent', dynacast],
  ['mute and unmute', mute],
  ['data: reliable, lossy, addressed, with a topic; text streams; calls', data],
  ['screen share', shareScreen],
  ['the layer follows the bandwidth estimate down, and up to the highest', estimate],
  ['a permission taken away ends what a client goes on sending', forbid],
  ['moved from backstage to stage and back', move],
  ['a backup codec for who cannot decode the first, and only while somebody takes it', backUp],
  ['a backup codec in place of the first', regress],
  ['resume after a cut of the signalling', (hall) => comeBack(hall, 'signal-reconnect')],
  ['a resume that fails, and everything anew', (hall) => comeBack(hall, 'resume-reconnect')],
  ['full reconnect', (hall) => comeBack(hall, 'full-reconnect')],
  ["livekit-client's ConnectionCheck", connectionCheck],
  ['join to first decoded frame', timeJoins],
];

async function publishAndChoose({ speaker, viewer }) {
  await speaker.run(() => globalThis.publishCamera());
  await viewer.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
  await viewer.run(() => globalThis.show('camera', 640, 360));
  await viewer.watches('camera');
  await speaker.sees('three layers on their way', async () => {
    const layers = await globalThis.outbound();
    return layers.length === 3 && layers.every(({ frames }) => frames > 0);
  });
  for (const quality of ['LOW', 'HIGH', 'MEDIUM', 'HIGH']) {
    await viewer.run((one) => globalThis.remote('camera').setVideoQuality(one), QUALITY[quality]);
    await viewer.watches('camera', WIDTHS[quality]);
  }
}

async function adapt({ viewer }) {
  const adaptive = await viewer.beside('adaptive');
  await adaptive.join(ROOM, { adaptiveStream: { pixelDensity: 1 } });
  await adaptive.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
  for (const [width, height, expected] of [
    [160, 90, WIDTHS.LOW],
    [1280, 720, WIDTHS.HIGH],
  ]) {
    await adaptive.run(([w, h]) => globalThis.show('camera', w, h), [width, height]);
    await adaptive.watches('camera', expected);
  }
  await adaptive.run(() => globalThis.hide('camera'));
  await adaptive.sees('nothing more to come', async () => {
    const before = await globalThis.inbound('camera');
    await new Promise((resume) => setTimeout(resume, 1_000));
    const after = await globalThis.inbound('camera');
    return before.framesDecoded > 0 && after.framesDecoded === before.framesDecoded;
  });
  await adaptive.run(() => globalThis.show('camera', 160, 90));
  await adaptive.watches('camera', WIDTHS.LOW);
  await adaptive.leave();
}

async function dynacast({ speaker, viewer }) {
  const sent = async (wanted) => {
    const layers = await globalThis.outbound();
    return layers.filter(({ active }) => active).length === wanted;
  };
  await viewer.run((one) => globalThis.remote('camera').setVideoQuality(one), QUALITY.LOW);
  await speaker.sees('only the lowest layer on its way', sent, 1);
  await viewer.watches('camera', WIDTHS.LOW);
  await viewer.run((one) => globalThis.remote('camera').setVideoQuality(one), QUALITY.HIGH);
  await speaker.sees('all layers on their way', sent, 3);
  await viewer.watches('camera', WIDTHS.HIGH);
  await viewer.run(() => globalThis.remote('camera').setEnabled(false));
  await speaker.sees('no layer on its way', sent, 0);
  await viewer.run(() => globalThis.remote('camera').setEnabled(true));
  await viewer.watches('camera');
}

async function mute({ speaker, viewer }) {
  await viewer.run(() => globalThis.forget());
  await speaker.run(() => globalThis.room.localParticipant.setCameraEnabled(false));
  await viewer.sees('the camera muted', () => globalThis.remote('camera').isMuted);
  await speaker.run(() => globalThis.room.localParticipant.setCameraEnabled(true));
  await viewer.sees('the camera unmuted', () => globalThis.count('trackUnmuted') === 1);
  await viewer.watches('camera');
  await speaker.run(() => globalThis.room.localParticipant.setMicrophoneEnabled(true));
  await viewer.sees('sound', async () => {
    const { packetsReceived } = await globalThis.inbound('microphone');
    return packetsReceived > 20;
  });
}

async function data({ speaker, viewer }) {
  await viewer.run(() => globalThis.forget());
  await viewer.run(() => {
    globalThis.room.registerTextStreamHandler('notes', async (reader) => {
      globalThis.received.push({ text: await reader.readAll(), topic: 'stream' });
    });
    globalThis.room.registerRpcMethod('ask', async ({ payload, callerIdentity }) => {
      return `${callerIdentity} asked ${payload}`;
    });
  });
  const answer = await speaker.run(async () => {
    const me = globalThis.room.localParticipant;
    const bytes = (text) => new TextEncoder().encode(text);
    await me.publishData(bytes('to all'), { reliable: true, topic: 'news' });
    await me.publishData(bytes('to nobody here'), {
      destinationIdentities: ['nobody'],
      reliable: true,
    });
    await me.publishData(bytes('to the viewer'), {
      destinationIdentities: ['viewer'],
      reliable: true,
    });
    await me.publishData(bytes('lossy'), { reliable: false });
    await me.sendText('a longer text', { topic: 'notes' });
    return me.performRpc({ destinationIdentity: 'viewer', method: 'ask', payload: 'why' });
  });
  assert.equal(answer, 'speaker asked why');
  await viewer.sees('four texts', () => globalThis.received.length >= 4);
  const received = await viewer.run(() => globalThis.received);
  assert.deepEqual(received.map(({ text }) => text).sort(), [
    'a longer text',
    'lossy',
    'to all',
    'to the viewer',
  ]);
  assert.equal(received.find(({ text }) => text === 'to all').topic, 'news');
}

async function shareScreen({ speaker, viewer }) {
  await speaker.run(() => globalThis.room.localParticipant.setScreenShareEnabled(true));
  await viewer.sees('the screen', () => Boolean(globalThis.remote('screen_share')?.track));
  await viewer.run(() => globalThis.show('screen_share', 640, 360));
  await viewer.watches('screen_share');
  await speaker.run(() => globalThis.room.localParticipant.setScreenShareEnabled(false));
  await viewer.sees('the screen gone', () => !globalThis.remote('screen_share'));
  await viewer.watches('camera');
}

/** Somebody new gets to the highest layer; down to the lowest when their path seems narrow; and up again. What they get is printed. */
async function estimate({ viewer }, step) {
  const newcomer = await viewer.beside('newcomer');
  await newcomer.join(ROOM);
  await newcomer.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
  await newcomer.run(() => globalThis.show('camera', 1280, 720));
  await newcomer.watches('camera', WIDTHS.HIGH);
  await newcomer.run(() => globalThis.room.simulateScenario('subscriber-bandwidth', 300_000));
  await newcomer.watches('camera', WIDTHS.LOW);
  await newcomer.run(() => globalThis.room.simulateScenario('subscriber-bandwidth', 0));
  await newcomer.watches('camera', WIDTHS.HIGH);
  const rate = await newcomer.run(async () => {
    const before = await globalThis.inbound('camera');
    const start = performance.now();
    await new Promise((resume) => setTimeout(resume, 3_000));
    const after = await globalThis.inbound('camera');
    return ((after.bytesReceived - before.bytesReceived) * 8) / (performance.now() - start);
  });
  step(`  the highest layer brings ${Math.round(rate)} kbit/s`);
  await newcomer.leave();
}

/** The client is made to ignore what it is told, and goes on sending. How soon it ends is printed; the target is 200 ms. */
async function forbid({ bench, speaker, viewer }, step) {
  const permission = { canPublish: false, canSubscribe: true, canPublishData: true };
  await speaker.run(() => {
    globalThis.room.localParticipant.unpublishTrack = async () => undefined;
  });
  await viewer.run(() => globalThis.watchPackets());
  await viewer.sees('packets', () => globalThis.lastPacket.count > 0);
  const asked = Date.now();
  await call(bench, 'UpdateParticipant', { room: ROOM, identity: 'speaker', permission });
  await viewer.sees('the camera gone', () => !globalThis.remote('camera'));
  const sending = (await speaker.run(() => globalThis.outbound())).at(-1).frames;
  await speaker.sees(
    'that it goes on sending',
    async (before) => (await globalThis.outbound()).at(-1).frames > before + 30,
    sending,
  );
  const last = await viewer.run(() => globalThis.lastPacket.at);
  step(
    `  the last packet came ${Math.max(0, last - asked)} ms after the permission was taken away`,
  );
  await speaker.run(async () => {
    const me = globalThis.room.localParticipant;
    delete me.unpublishTrack;
    await Promise.all(
      [...me.trackPublications.values()].map(({ track }) => me.unpublishTrack(track)),
    );
  });
  await call(bench, 'UpdateParticipant', {
    room: ROOM,
    identity: 'speaker',
    permission: { ...permission, canPublish: true },
  });
  await speaker.sees(
    'the permission',
    () => globalThis.room.localParticipant.permissions.canPublish,
  );
  await speaker.run(() => globalThis.publishCamera());
  await viewer.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
  await viewer.run(() => {
    document.querySelector('video.camera')?.remove();
    globalThis.show('camera', 640, 360);
  });
  await viewer.watches('camera');
}

async function move({ bench, viewer }) {
  const stage = `${ROOM}#stage`;
  const host = await viewer.beside('host');
  await host.join(stage);
  await host.run(() => globalThis.publishCamera());
  for (const [from, to, whom] of [
    [ROOM, stage, 'host'],
    [stage, ROOM, 'speaker'],
  ]) {
    await viewer.run(() => globalThis.forget());
    await call(bench, 'MoveParticipant', { room: from, identity: 'viewer', destinationRoom: to });
    await viewer.sees('that it was moved', () => globalThis.count('moved') === 1);
    await viewer.sees(
      'who is there',
      (one) => [...globalThis.room.remoteParticipants.keys()].join() === one,
      whom,
    );
    await viewer.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
    await viewer.run(() => {
      document.querySelector('video.camera')?.remove();
      globalThis.show('camera', 640, 360);
    });
    await viewer.watches('camera');
    const reconnects = await viewer.run(
      () => globalThis.count('reconnecting') + globalThis.count('signalReconnecting'),
    );
    assert.equal(reconnects, 0, 'without a new connection');
  }
  await host.leave();
}

/** The publisher sends VP9, and VP8 as well as soon as somebody needs it; then either only to those who take it. */
async function backUp({ viewer }) {
  const [artist, modern, old] = await open(viewer, 'artist', 'modern', 'old');
  for (const person of [artist, modern, old]) await person.join('studio', { dynacast: true });
  await artist.run((policy) => globalThis.publishCamera('vp9', policy), SIMULCAST);
  await receives(modern, 'video/VP9');
  await receives(old, 'video/VP8');
  await sends(artist, 'video/VP8,video/VP9');
  await modern.leave();
  await sends(artist, 'video/VP8');
  const late = await viewer.beside('late');
  await late.join('studio');
  await receives(late, 'video/VP9');
  await sends(artist, 'video/VP8,video/VP9');
  await old.leave();
  await sends(artist, 'video/VP9');
  await late.watches('camera');
  for (const person of [artist, late]) await person.leave();
}

/** Unless it is told otherwise, livekit-client lets VP8 take the place of VP9 for everybody in a small room. */
async function regress({ viewer }) {
  const [artist, modern, old] = await open(viewer, 'painter', 'newer', 'older');
  for (const person of [artist, modern]) await person.join('atelier', { dynacast: true });
  await artist.run(() => globalThis.publishCamera('vp9'));
  await receives(modern, 'video/VP9');
  await old.join('atelier');
  await receives(old, 'video/VP8');
  await receives(modern, 'video/VP8');
  await sends(artist, 'video/VP8');
  await Promise.all([old, modern].map((person) => person.watches('camera')));
  for (const person of [artist, modern, old]) await person.leave();
}

/** Three people, the last of whom cannot decode VP9. */
async function open(viewer, ...identities) {
  const people = await Promise.all(identities.map((identity) => viewer.beside(identity)));
  await people.at(-1).run(() => globalThis.cannotDecode('video/vp9'));
  return people;
}

async function receives(person, codec) {
  const what = `the camera in ${codec}`;
  await person.sees(what, async (one) => (await globalThis.receivedCodec()) === one, codec);
  await person.run(() => {
    document.querySelector('video.camera')?.remove();
    globalThis.show('camera', 320, 180);
  });
  await person.watches('camera');
}

async function sends(person, codecs) {
  const what = `${codecs} on the way`;
  await person.sees(what, async (those) => (await globalThis.sentCodecs()) === those, codecs);
}

/** A call of LiveKit's server API. */
async function call(bench, method, request) {
  const grants = { roomAdmin: true, room: request.room, destinationRoom: request.destinationRoom };
  const response = await fetch(`${bench.api}/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bench.token('backend', grants)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(request),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Each side is cut once; the other notices no more than a pause, and what is said meanwhile arrives once. */
async function comeBack({ speaker, viewer }, scenario) {
  for (const [cut, other] of [
    [viewer, speaker],
    [speaker, viewer],
  ]) {
    await cut.run(() => globalThis.forget());
    await other.run(() => globalThis.forget());
    const sid = await cut.run(() => globalThis.room.localParticipant.sid);
    await cut.run((one) => void globalThis.room.simulateScenario(one), scenario);
    await cut.sees('the connection again', () => globalThis.count('reconnected') === 1);
    await viewer.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
    await viewer.run(() => {
      document.querySelector('video.camera')?.remove();
      globalThis.show('camera', 640, 360);
    });
    await viewer.watches('camera');
    const resumed = scenario === 'signal-reconnect';
    const after = await cut.run(() => globalThis.room.localParticipant.sid);
    assert.equal(
      after === sid,
      resumed,
      resumed ? 'it is the same session' : 'it is a new session',
    );
    if (resumed) {
      const left = await other.run(() => globalThis.count('participantDisconnected'));
      assert.equal(left, 0, 'nobody has left');
    }
    // After a full reconnect livekit-client 2.23.0 says Reconnected as soon as its transports are up, but keeps what is to
    // be sent reliably for a resume that never comes until 2 s have passed (RTCEngine: `waitForRestarted` beside
    // `minReconnectWait` and `attemptingReconnect`; ReliableDataChannel: `isDeferringSends`).
    await cut.sees('it sends again', () => !globalThis.room.engine.attemptingReconnect);
    await cut.run(() =>
      globalThis.room.localParticipant.publishData(new TextEncoder().encode('back'), {
        reliable: true,
      }),
    );
    await other.sees('a word', () => globalThis.received.some(({ text }) => text === 'back'));
  }
}

async function connectionCheck({ bench, viewer }) {
  const token = bench.token('checker', { roomJoin: true, room: 'check' });
  const results = await viewer.run(
    ([url, key]) => globalThis.checkConnection(url, key),
    [bench.url, token],
  );
  const failed = results.filter(({ status }) => status !== 'success');
  assert.deepEqual(failed, []);
}

/** Printed, not asserted: how fast a machine is that has other things to do says nothing about the code. */
async function timeJoins({ bench, viewer }, step) {
  const joins = [];
  for (let index = 0; index < JOINS; index += 1) {
    const token = bench.token(`guest-${index}`, { roomJoin: true, room: ROOM });
    joins.push(await viewer.run(([url, key]) => globalThis.timeJoin(url, key), [bench.url, token]));
  }
  const median = (name) => {
    const sorted = joins.map((marks) => marks[name]).sort((one, other) => one - other);
    return `${Math.round(sorted[Math.floor(sorted.length / 2)])} ms`;
  };
  step(
    `  p50 of ${JOINS} joins: frame ${median('frame')} (signalling ${median('signalling')}, ` +
      `track ${median('track')}, connected ${median('connected')}); target 400 ms`,
  );
}
