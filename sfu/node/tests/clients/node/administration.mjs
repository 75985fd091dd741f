// What LiveKit's server SDK has to be able to do with a node's rooms, as the clients in them see it.
import assert from 'node:assert/strict';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import { AccessToken, DataPacket_Kind, RoomServiceClient, TwirpError } from 'livekit-server-sdk';
import * as media from './media.mjs';

const bytes = (text) => new TextEncoder().encode(text);

function service(server, secret = server.secret) {
  return new RoomServiceClient(server.url.replace('ws', 'http'), server.key, secret);
}

async function refused(call, code, status) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof TwirpError, String(error));
    assert.deepEqual([error.code, error.status], [code, status], error.message);
    return true;
  });
}

async function roomsAreCreatedListedAndDeleted({ server }) {
  const rooms = service(server);
  const made = await rooms.createRoom({ name: 'made', emptyTimeout: 60, maxParticipants: 7, metadata: 'm' });
  assert.match(made.sid, /^RM_/);
  assert.deepEqual([made.name, made.emptyTimeout, made.departureTimeout], ['made', 60, 20]);
  assert.deepEqual([made.maxParticipants, made.metadata, made.numParticipants], [7, 'm', 0]);
  assert.equal((await rooms.createRoom({ name: 'made' })).sid, made.sid, 'one that is there is answered');
  assert.deepEqual((await rooms.listRooms(['made', 'nothing'])).map((room) => room.name), ['made']);
  assert.ok((await rooms.listRooms()).length >= 1);
  await rooms.deleteRoom('made');
  assert.deepEqual(await rooms.listRooms(['made']), []);
  await refused(rooms.deleteRoom('made'), 'not_found', 404);
}

async function whoMayNotIsRefused({ server, room }) {
  await refused(service(server, 'another secret that nobody here knows').listRooms(), 'unauthenticated', 401);
  const url = `${server.url.replace('ws', 'http')}/twirp/livekit.RoomService`;
  const token = await server.token('ada', room);
  const post = (method, body) =>
    fetch(`${url}/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
  for (const method of ['ListRooms', 'CreateRoom', 'DeleteRoom', 'ListParticipants', 'MoveParticipant']) {
    const response = await post(method, '{}');
    assert.equal(response.status, 401, method);
    assert.equal((await response.json()).code, 'unauthenticated');
  }
  assert.equal((await post('ListRooms', '{')).status, 400, 'malformed');
  assert.equal((await post('NoSuchMethod', '{}')).status, 404);
  assert.equal((await post('ListRooms', ' '.repeat(2 << 20))).status, 400, 'bounded');
}

async function participantsAreListed({ ada, bob, server, room }) {
  const rooms = service(server);
  await media.publishMicrophone(ada);
  await media.hears(bob, 'ada');
  const participants = await rooms.listParticipants(room);
  assert.deepEqual(participants.map((who) => who.identity).sort(), ['ada', 'bob']);
  const one = await rooms.getParticipant(room, 'ada');
  assert.deepEqual([one.name, one.tracks.length, one.permission?.canPublish], ['ada', 1, true]);
  await refused(rooms.getParticipant(room, 'carol'), 'not_found', 404);
  await refused(rooms.listParticipants('nowhere'), 'not_found', 404);
}

async function aRoomHoldsAsManyAsWasAsked({ ada, bob, server, room }) {
  await service(server).createRoom({ name: room, maxParticipants: 2 });
  const carol = new bob.constructor(server, 'carol');
  await assert.rejects(carol.connect(room));
  await carol.close();
  assert.ok(ada.room.isConnected && bob.room.isConnected);
}

async function aParticipantIsRemoved({ ada, bob, server, room }) {
  await service(server).removeParticipant(room, 'ada');
  const [reason] = await ada.seen(RoomEvent.Disconnected);
  assert.equal(reason, DisconnectReason.PARTICIPANT_REMOVED);
  await bob.seen(RoomEvent.ParticipantDisconnected, (who) => who.identity === 'ada');
}

async function everybodyLeavesADeletedRoom({ ada, bob, server, room }) {
  await service(server).deleteRoom(room);
  for (const client of [ada, bob]) {
    const [reason] = await client.seen(RoomEvent.Disconnected);
    assert.equal(reason, DisconnectReason.ROOM_DELETED);
  }
}

async function aTrackIsMuted({ ada, bob, server, room }) {
  const rooms = service(server);
  const { sid } = await media.publishMicrophone(ada);
  await media.hears(bob, 'ada');
  assert.equal((await rooms.mutePublishedTrack(room, 'ada', sid, true)).muted, true);
  await bob.seen(RoomEvent.TrackMuted, (track) => track.sid === sid);
  await refused(rooms.mutePublishedTrack(room, 'ada', sid, false), 'failed_precondition', 412);
  await refused(rooms.mutePublishedTrack(room, 'ada', 'TR_nothing', true), 'not_found', 404);
}

async function aParticipantIsUpdated({ ada, bob, server, room }) {
  const rooms = service(server);
  const update = { metadata: 'new', name: 'Ada L.', attributes: { table: '7' } };
  const updated = await rooms.updateParticipant(room, 'ada', update);
  assert.deepEqual([updated.metadata, updated.name, updated.attributes], ['new', 'Ada L.', { table: '7' }]);
  await bob.seen(RoomEvent.ParticipantMetadataChanged, (_, who) => who.identity === 'ada');
  await bob.seen(RoomEvent.ParticipantNameChanged, (name) => name === 'Ada L.');
  await bob.seen(RoomEvent.ParticipantAttributesChanged, (changed) => changed.table === '7');
  assert.equal(bob.room.remoteParticipants.get('ada').metadata, 'new');
  await refused(rooms.updateParticipant(room, 'ada', { metadata: 'x'.repeat(70_000) }), 'invalid_argument', 400);
}

async function aPermissionEndsWhatIsPublished({ ada, bob, server, room }) {
  const { sid } = await media.publishMicrophone(ada);
  await media.hears(bob, 'ada');
  const permission = { canPublish: false, canSubscribe: true, canPublishData: true };
  const updated = await service(server).updateParticipant(room, 'ada', { permission });
  assert.equal(updated.permission.canPublish, false);
  assert.equal(updated.tracks.length, 0);
  await bob.seen(RoomEvent.TrackUnpublished, (track) => track.sid === sid);
}

/** The SDK says nothing when the server takes a subscription away, so that it is given is what can be seen. */
async function subscriptionsAreChanged({ ada, server, room }) {
  const rooms = service(server);
  const { sid } = await media.publishMicrophone(ada);
  const carol = await new ada.constructor(server, 'carol').connect(room, {}, { autoSubscribe: false });
  try {
    await carol.seen(RoomEvent.TrackPublished, (track) => track.sid === sid);
    await rooms.updateSubscriptions(room, 'carol', [sid], true);
    await media.hears(carol, 'ada');
    await rooms.updateSubscriptions(room, 'carol', [sid], false);
    await refused(rooms.updateSubscriptions(room, 'carol', ['TR_nothing'], true), 'not_found', 404);
  } finally {
    await carol.close();
  }
}

async function dataIsSent({ ada, bob, server, room }) {
  const rooms = service(server);
  const { RELIABLE } = DataPacket_Kind;
  await rooms.sendData(room, bytes('to bob'), RELIABLE, { topic: 't', destinationIdentities: ['bob'] });
  await rooms.sendData(room, bytes('to all'), RELIABLE, { topic: 't' });
  const text = (client) => client.all(RoomEvent.DataReceived).map(([payload]) => new TextDecoder().decode(payload));
  for (const client of [ada, bob]) {
    const [, sender, , topic] = await client.seen(
      RoomEvent.DataReceived,
      (payload) => new TextDecoder().decode(payload) === 'to all',
    );
    assert.deepEqual([sender, topic], [undefined, 't']);
  }
  assert.deepEqual([text(ada), text(bob)], [['to all'], ['to bob', 'to all']]);
}

async function theRoomsMetadataChanges({ ada, bob, server, room }) {
  const changed = await service(server).updateRoomMetadata(room, 'now');
  assert.equal(changed.metadata, 'now');
  for (const client of [ada, bob]) await client.seen(RoomEvent.RoomMetadataChanged, (metadata) => metadata === 'now');
}

/** From the backstage to the stage: what ada publishes and gets changes, her connection does not. */
async function aParticipantIsMoved({ ada, bob, server, room }) {
  const stage = `${room}#stage`;
  const carol = await new bob.constructor(server, 'carol').connect(stage);
  try {
    await media.publishMicrophone(carol);
    await media.publishCamera(ada);
    await media.sees(bob, 'ada');
    await service(server).moveParticipant(room, 'ada', stage);
    await ada.seen(RoomEvent.Moved);
    assert.equal(ada.room.name, stage);
    assert.deepEqual([...ada.room.remoteParticipants.keys()], ['carol']);
    await bob.seen(RoomEvent.ParticipantDisconnected, (who) => who.identity === 'ada');
    await Promise.all([media.hears(ada, 'carol'), media.sees(carol, 'ada')]);
    assert.deepEqual(ada.all(RoomEvent.Reconnecting), [], 'without a new connection');
    const identities = async (name) => (await service(server).listParticipants(name)).map((who) => who.identity).sort();
    assert.deepEqual([await identities(room), await identities(stage)], [['bob'], ['ada', 'carol']]);
  } finally {
    await carol.close();
  }
}

/** Between rooms on different workers, which these names are when there are two: the same, her transports stay. */
async function aParticipantIsMovedFarAway({ ada, server, room }) {
  const rooms = service(server);
  const elsewhere = `${room}1`;
  const bill = await new ada.constructor(server, 'bill').connect(elsewhere);
  try {
    await media.publishMicrophone(ada);
    await rooms.moveParticipant(room, 'ada', elsewhere);
    await ada.seen(RoomEvent.Moved);
    await media.hears(bill, 'ada');
    assert.deepEqual(ada.all(RoomEvent.Reconnecting), [], 'without a new connection');
    await refused(rooms.getParticipant(room, 'ada'), 'not_found', 404);
  } finally {
    await bill.close();
  }
}

/** To a room on another worker, as on the same. */
async function aParticipantIsForwardedFarAway({ ada, server, room }) {
  const rooms = service(server);
  const elsewhere = `${room}1`;
  const bill = await new ada.constructor(server, 'bill').connect(elsewhere);
  try {
    await media.publishCamera(ada);
    await rooms.forwardParticipant(room, 'ada', elsewhere);
    await media.sees(bill, 'ada');
    await rooms.removeParticipant(elsewhere, 'ada');
    await bill.seen(RoomEvent.ParticipantDisconnected, (who) => who.identity === 'ada');
    assert.ok(ada.room.isConnected);
  } finally {
    await bill.close();
  }
}

/** Ada stays where she is, and is seen on the stage as well, until she is taken from it. */
async function aParticipantIsForwarded({ ada, bob, server, room }) {
  const rooms = service(server);
  const stage = `${room}#stage`;
  const carol = await new bob.constructor(server, 'carol').connect(stage);
  try {
    const { sid } = await media.publishCamera(ada);
    await media.sees(bob, 'ada');
    await rooms.forwardParticipant(room, 'ada', stage);
    await media.sees(carol, 'ada');
    assert.ok(ada.room.isConnected && ada.room.name === room);
    await media.publishMicrophone(ada);
    await media.hears(carol, 'ada');
    const there = await rooms.getParticipant(stage, 'ada');
    assert.deepEqual([there.tracks.length, there.permission.canSubscribe], [2, false]);
    assert.notEqual(there.sid, (await rooms.getParticipant(room, 'ada')).sid);
    await refused(rooms.forwardParticipant(room, 'ada', stage), 'already_exists', 409);
    await rooms.mutePublishedTrack(room, 'ada', sid, true);
    await carol.seen(RoomEvent.TrackMuted, (track) => track.sid === sid);
    await rooms.updateParticipant(room, 'ada', { metadata: 'new' });
    await carol.seen(RoomEvent.ParticipantMetadataChanged, (_, who) => who.identity === 'ada');
    await rooms.removeParticipant(stage, 'ada');
    await carol.seen(RoomEvent.ParticipantDisconnected, (who) => who.identity === 'ada');
    assert.ok(ada.room.isConnected);
    assert.deepEqual((await rooms.listParticipants(room)).map((who) => who.identity).sort(), ['ada', 'bob']);
  } finally {
    await carol.close();
  }
}

/** A token from before a removal lets nobody in again, one from after it does. */
async function tokensOfTheRemovedAreTakenBack({ ada, bob, server, room }) {
  const rooms = service(server);
  const now = Math.floor(Date.now() / 1000);
  await rooms.removeParticipant(room, 'ada');
  await ada.seen(RoomEvent.Disconnected);
  const again = new bob.constructor(server, 'ada');
  await assert.rejects(again.connect(room));
  await again.close();
  const url = `${server.url.replace('ws', 'http')}/twirp/livekit.RoomService/RemoveParticipant`;
  const token = new AccessToken(server.key, server.secret, { identity: 'backend', ttl: 600 });
  token.addGrant({ roomAdmin: true, room });
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token.toJwt()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, identity: 'bob', revokeTokenTs: `${now - 600}` }),
  });
  assert.equal(response.status, 200);
  await bob.seen(RoomEvent.Disconnected);
  const back = await new bob.constructor(server, 'bob').connect(room);
  await back.close();
}

async function aCallIsAnswered({ ada, server, room }) {
  ada.me.registerRpcMethod('greet', async ({ payload, callerIdentity }) => `hello ${payload} from ${callerIdentity}`);
  const token = new AccessToken(server.key, server.secret, { identity: 'backend', ttl: 600 });
  token.addGrant({ roomAdmin: true, room });
  const response = await fetch(`${server.url.replace('ws', 'http')}/twirp/livekit.RoomService/PerformRpc`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token.toJwt()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, destinationIdentity: 'ada', method: 'greet', payload: 'you' }),
  });
  assert.deepEqual(await response.json(), { payload: 'hello you from backend' });
}

export const administration = {
  roomsAreCreatedListedAndDeleted,
  whoMayNotIsRefused,
  participantsAreListed,
  aRoomHoldsAsManyAsWasAsked,
  aParticipantIsRemoved,
  everybodyLeavesADeletedRoom,
  aTrackIsMuted,
  aParticipantIsUpdated,
  aPermissionEndsWhatIsPublished,
  subscriptionsAreChanged,
  dataIsSent,
  theRoomsMetadataChanges,
  aParticipantIsMoved,
  aParticipantIsMovedFarAway,
  aParticipantIsForwardedFarAway,
  aParticipantIsForwarded,
  tokensOfTheRemovedAreTakenBack,
  aCallIsAnswered,
};
