import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';
import { Call, type CallWorld } from './call';
import { emptyStage, type MediaEvents, type MediaRoom } from './media-room';

interface Fake extends MediaRoom {
  events: MediaEvents;
  calls: string[];
}

function setUp(overrides: Partial<CallWorld> = {}) {
  const rooms: Fake[] = [];
  const world: CallWorld = {
    join: vi.fn(async () => ({ token: `t${rooms.length + 1}`, url: 'ws://here' })),
    open: async (events) => {
      const calls: string[] = [];
      const note = (call: string) => async () => void calls.push(call);
      const room: Fake = {
        events,
        calls,
        connect: async (_url, token) => void calls.push(`connect ${token}`),
        disconnect: note('disconnect'),
        setMicrophone: async (on, id) => void calls.push(`microphone ${on} ${id}`),
        setCamera: async (on) => void calls.push(`camera ${on}`),
        setScreen: note('screen'),
        publish: note('publish'),
        startAudio: note('audio'),
        stage: () => ({ ...emptyStage, count: rooms.length }),
        readings: async () => ({
          ...{ at_ms: 0, roundTrip_ms: undefined, candidate: undefined, quality: 'unknown' },
          ...{ received: [], sent: [] },
        }),
      };
      rooms.push(room);
      return room;
    },
    wait: async () => undefined,
    onData: vi.fn(),
    onConnected: vi.fn(),
    ...overrides,
  };
  return { call: new Call(world), world, rooms };
}

const watching = { microphone: false, camera: false };

describe('a call', () => {
  it('joins once, however often it is asked, and brings the devices along', async () => {
    const { call, world, rooms } = setUp();
    const devices = { microphone: true, camera: true, microphoneId: 'm1' };
    await Promise.all([call.join(devices), call.join(devices)]);
    expect(world.join).toHaveBeenCalledTimes(1);
    expect(rooms[0]?.calls).toEqual(['connect t1', 'microphone true m1', 'camera true']);
    expect(call.state.get()).toEqual({ kind: 'live', mending: false });
    expect(world.onConnected).toHaveBeenCalledTimes(1);
  });

  it('says why it could not join, and can be tried again', async () => {
    const join = vi.fn(async () => {
      throw new ConnectError('no', Code.Unavailable);
    });
    const { call } = setUp({ join });
    await call.join(watching);
    expect(call.state.get().kind).toBe('failed');
    await call.join(watching);
    expect(join).toHaveBeenCalledTimes(2);
  });

  it('keeps the stage while the connection is mended', async () => {
    const { call, world, rooms } = setUp();
    await call.join(watching);
    rooms[0]?.events.reconnecting();
    expect(call.state.get()).toEqual({ kind: 'live', mending: true });
    expect(call.stage.get().count).toBe(1);
    rooms[0]?.events.reconnected();
    expect(call.state.get()).toEqual({ kind: 'live', mending: false });
    expect(world.onConnected).toHaveBeenCalledTimes(2);
  });

  it('takes a new seat when the media library has given up', async () => {
    const { call, world, rooms } = setUp();
    await call.join({ microphone: true, camera: false });
    rooms[0]?.events.gone('lost');
    await vi.waitFor(() => expect(call.state.get()).toEqual({ kind: 'live', mending: false }));
    expect(world.join).toHaveBeenCalledTimes(2);
    expect(rooms[1]?.calls).toEqual(['connect t2', 'microphone true undefined']);
    rooms[0]?.events.gone('ended');
    expect(call.state.get().kind).toBe('live');
  });

  it('knows the end of the show, another window, and leaving', async () => {
    for (const reason of ['ended', 'elsewhere', 'removed'] as const) {
      const { call, rooms } = setUp();
      await call.join(watching);
      rooms[0]?.events.gone(reason);
      expect(call.state.get()).toEqual({ kind: 'over', reason });
      expect(call.stage.get()).toEqual(emptyStage);
    }
    const { call, rooms } = setUp();
    await call.join(watching);
    await call.leave();
    expect(rooms[0]?.calls.at(-1)).toBe('disconnect');
    expect(call.state.get()).toEqual({ kind: 'over', reason: 'left' });
  });
});
