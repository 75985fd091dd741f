// What LiveKit's Node SDK has to be able to do with a node. Each takes two clients that are in a room of their own.
import assert from 'node:assert/strict';
import { RoomEvent, RpcError } from '@livekit/rtc-node';
import * as media from './media.mjs';

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (text) => new TextEncoder().encode(text);

async function joining({ ada, bob }) {
  await ada.seen(RoomEvent.ParticipantConnected, (who) => who.identity === 'bob');
  assert.ok(bob.room.remoteParticipants.has('ada'), 'who was there before');
  assert.match(await ada.room.getSid(), /^RM_/);
}

async function mediaBothWays({ ada, bob }) {
  for (const client of [ada, bob]) {
    await media.publishCamera(client);
    await media.publishMicrophone(client);
  }
  await Promise.all([media.sees(ada, 'bob'), media.sees(bob, 'ada'), media.hears(ada, 'bob'), media.hears(bob, 'ada')]);
}

async function dataOfEachKind({ ada, bob }) {
  await ada.me.publishData(bytes('reliably'), { reliable: true, topic: 'r' });
  await ada.me.publishData(bytes('to bob'), { reliable: true, topic: 'a', destination_identities: ['bob'] });
  await ada.me.publishData(bytes('perhaps'), { reliable: false, topic: 'l' });
  for (const [wanted, itsTopic] of [['reliably', 'r'], ['to bob', 'a'], ['perhaps', 'l']]) {
    const [, sender, , topic] = await bob.seen(RoomEvent.DataReceived, (payload) => text(payload) === wanted);
    assert.deepEqual([sender?.identity, topic], ['ada', itsTopic]);
  }
}

async function textStreams({ ada, bob }) {
  const words = 'a long text, in several messages; '.repeat(2_000);
  const read = new Promise((resolve) => {
    bob.room.registerTextStreamHandler('words', async (reader) => resolve(await reader.readAll()));
  });
  await ada.me.sendText(words, { topic: 'words' });
  assert.equal(await read, words);
}

async function remoteCalls({ ada, bob }) {
  bob.me.registerRpcMethod('greet', async ({ payload, callerIdentity }) => {
    if (payload === 'nobody') throw new RpcError(1_234, 'there is nobody to greet');
    return `hello ${payload} from ${callerIdentity}`;
  });
  const call = (payload) => ada.me.performRpc({ destinationIdentity: 'bob', method: 'greet', payload });
  assert.equal(await call('you'), 'hello you from ada');
  await assert.rejects(call('nobody'), (error) => error instanceof RpcError && error.code === 1_234);
}

async function leaving({ ada, bob }) {
  await ada.room.disconnect();
  await bob.seen(RoomEvent.ParticipantDisconnected, (who) => who.identity === 'ada');
}

export const meeting = { joining, mediaBothWays, dataOfEachKind, textStreams, remoteCalls, leaving };
