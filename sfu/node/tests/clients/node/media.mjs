// Pictures and sound that can be told apart from nothing.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  LocalVideoTrack,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
} from '@livekit/rtc-node';

const [WIDTH, HEIGHT, FRAMES_PER_SECOND, SAMPLE_RATE] = [640, 360, 20, 48_000];
// Frames that have to be decoded, and the loudness (of 32,767) that is sound for sure: what is sent has 12,000.
const [FRAMES_WANTED, LOUD] = [10, 1_000];

export async function publishCamera(client, videoCodec = VideoCodec.VP8) {
  const source = new VideoSource(WIDTH, HEIGHT);
  const track = LocalVideoTrack.createVideoTrack('camera', source);
  draw(source, client.closing.signal);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, videoCodec, simulcast: true });
  return await client.me.publishTrack(track, options);
}

export async function publishMicrophone(client) {
  const source = new AudioSource(SAMPLE_RATE, 1);
  const track = LocalAudioTrack.createAudioTrack('microphone', source);
  hum(source, client.closing.signal);
  return await client.me.publishTrack(track, new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }));
}

/** Waits for enough decoded pictures of the right shape. */
export async function sees(client, whom) {
  let frames = 0;
  for await (const { frame } of new VideoStream(await subscribed(client, whom, TrackKind.KIND_VIDEO))) {
    assert.equal(frame.width * HEIGHT, frame.height * WIDTH, 'the shape of the picture');
    frames += 1;
    if (frames === FRAMES_WANTED) return;
  }
  throw new Error(`the stream ended after ${frames} pictures`);
}

/** Waits for samples that are not silence. */
export async function hears(client, whom) {
  const track = await subscribed(client, whom, TrackKind.KIND_AUDIO);
  for await (const frame of new AudioStream(track, SAMPLE_RATE, 1)) {
    if (frame.data.some((sample) => Math.abs(sample) > LOUD)) return;
  }
  throw new Error('the stream ended in silence');
}

async function subscribed(client, whom, kind) {
  const isMeant = (track, _, participant) => track.kind === kind && participant.identity === whom;
  return (await client.seen(RoomEvent.TrackSubscribed, isMeant))[0];
}

/** A camera: it has a rate of its own, so this sleeps between frames. */
async function draw(source, closing) {
  for (let shade = 0; !closing.aborted; shade = (shade + 5) % 256) {
    const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
    new Uint32Array(pixels.buffer).fill((0xff_00_80_00 | ((255 - shade) << 16) | shade) >>> 0);
    source.captureFrame(new VideoFrame(pixels, WIDTH, HEIGHT, VideoBufferType.RGBA));
    await pause(1_000 / FRAMES_PER_SECOND);
  }
  await source.close();
}

/** A microphone: 440 Hz; the library takes samples no faster than they sound. */
async function hum(source, closing) {
  const samples = SAMPLE_RATE / 100;
  for (let position = 0; !closing.aborted; position += samples) {
    const frame = AudioFrame.create(SAMPLE_RATE, 1, samples);
    for (let index = 0; index < samples; index += 1) {
      frame.data[index] = 12_000 * Math.sin((2 * Math.PI * 440 * (position + index)) / SAMPLE_RATE);
    }
    await source.captureFrame(frame);
  }
  await source.close();
}
