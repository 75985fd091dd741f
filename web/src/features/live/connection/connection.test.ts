import { describe, expect, it } from 'vitest';
import { Connection } from './connection';
import { compare, verdictOf } from './health';
import { playbackOf } from './playback';
import { pathOf, type Readings, type Received, receivedOf, sentOf } from './readings';

const camera: Received = {
  id: 'TR_1',
  kind: 'camera',
  name: 'Ada',
  senderQuality: 'good',
  paused: false,
  packets: 0,
  lost: 0,
  bytes: 0,
  frames: 0,
  dropped: 0,
  freezes: 0,
  width: 1280,
  height: 720,
  fps: 30,
};
const start: Readings = {
  at_ms: 0,
  roundTrip_ms: 20,
  candidate: 'host',
  quality: 'good',
  received: [camera],
  sent: [],
};
const grownBy = (part: Partial<Received>): Received => ({
  ...camera,
  packets: 1000,
  bytes: 250_000,
  frames: 60,
  ...part,
});
const later = (part: Partial<Received>, whole: Partial<Readings> = {}): Readings => ({
  ...start,
  at_ms: 2_000,
  received: [grownBy(part)],
  ...whole,
});
const verdict = (after: Readings, before = start) => verdictOf(compare(before, after));

describe('the health of a connection', () => {
  it('is the difference of two readings', () => {
    const health = compare(later({}), {
      ...later({ packets: 1900, lost: 100, bytes: 500_000, freezes: 1 }),
      at_ms: 4_000,
    });
    expect(health.loss).toBeCloseTo(0.1);
    expect(health.pictures[0]).toMatchObject({ bitrate_bps: 1_000_000, froze: true, height: 720 });
    expect(health.freezes).toBe(1);
  });

  it('does not take a restarted counter for a loss, nor a new track for a freeze', () => {
    expect(compare(later({ lost: 500 }), later({ lost: 0 })).loss).toBe(0);
    const joined = compare({ ...start, received: [] }, later({ freezes: 3 }));
    expect(joined.pictures[0]?.froze).toBe(false);
  });

  it.each([
    ['nothing', later({}), 'good'],
    ['pictures thrown away', later({ dropped: 20 }), 'computer'],
    [
      'an encoder that is too slow',
      later({}, { sent: [{ limitedBy: 'computer', lost: 0 }] }),
      'computer',
    ],
    ['packets lost', later({ lost: 100 }), 'network'],
    [
      'packets lost on the way up',
      later({}, { sent: [{ limitedBy: 'nothing', lost: 0.2 }] }),
      'network',
    ],
    ['a long way', later({}, { roundTrip_ms: 900 }), 'network'],
    ['the server saying so', later({}, { quality: 'poor' }), 'network'],
    ['a picture held back', later({ paused: true }), 'network'],
    ['an uplink too narrow', later({}, { sent: [{ limitedBy: 'network', lost: 0 }] }), 'network'],
    ['a sender in trouble', later({ freezes: 1, senderQuality: 'lost' }), 'speaker'],
    ['one picture that stands still', later({ freezes: 1 }), 'speaker'],
  ])('with %s is %s', (_name, after, expected) => {
    expect(verdict(after)).toBe(expected);
  });

  it('is the server’s when everybody stands still at once, the speaker’s when one does', () => {
    const two = (freezes: number): Readings => ({
      ...later({ freezes: 1 }),
      received: [grownBy({ freezes: 1 }), grownBy({ id: 'TR_2', name: 'Grace', freezes })],
    });
    const before = { ...start, received: [camera, { ...camera, id: 'TR_2', name: 'Grace' }] };
    expect(verdict(two(1), before)).toBe('server');
    expect(verdict(two(0), before)).toBe('speaker');
  });
});

describe('reading what browsers count', () => {
  const report = (...stats: { id: string; type: string }[]) =>
    new Map(stats.map((one) => [one.id, one]));

  it('takes the path in use', () => {
    const pairs = [
      { id: 'P1', type: 'candidate-pair', currentRoundTripTime: 0.9 },
      {
        ...{ id: 'P2', type: 'candidate-pair', currentRoundTripTime: 0.025, nominated: true },
        localCandidateId: 'C',
      },
    ];
    const local = { id: 'C', type: 'local-candidate', candidateType: 'relay' };
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' };
    const path = { roundTrip_ms: 25, candidate: 'relay' };
    expect(pathOf(report(...pairs, local, transport))).toEqual(path);
    expect(pathOf(report(...pairs, local))).toEqual(path);
    expect(pathOf(report())).toEqual({ roundTrip_ms: undefined, candidate: undefined });
  });

  it('takes nothing for what is not counted', () => {
    const inbound = { id: 'I', type: 'inbound-rtp', packetsReceived: 7, packetsLost: -1 };
    expect(receivedOf(report(inbound))).toMatchObject({ packets: 7, lost: 0, freezes: 0 });
    const layers = [
      { id: 'O1', type: 'outbound-rtp', qualityLimitationReason: 'none' },
      { id: 'O2', type: 'outbound-rtp', qualityLimitationReason: 'bandwidth' },
      { id: 'R', type: 'remote-inbound-rtp', fractionLost: 0.25 },
    ];
    expect(sentOf(report(...layers))).toEqual({ limitedBy: 'network', lost: 0.25 });
  });
});

describe('what the browser tells of itself', () => {
  it('is what grew, what limits it, and its path', () => {
    const after = later(
      { frames: 300, dropped: 4, freezes: 1 },
      { sent: [{ limitedBy: 'computer', lost: 0 }], roundTrip_ms: 31.6, candidate: 'srflx' },
    );
    const { frames, dropped, freezes, sendingLimit, roundTripMs, candidate } = playbackOf(
      start,
      after,
    );
    expect([frames, dropped, freezes, sendingLimit, roundTripMs, candidate]).toEqual([
      300, 4, 1, 1, 32, 2,
    ]);
    const joined = playbackOf({ ...start, received: [] }, later({ freezes: 3 }));
    expect([joined.freezes, joined.frames]).toEqual([0, 60]);
  });
});

describe('watching a connection', () => {
  it('says what lasts, and not every hiccup', async () => {
    const readings: (Readings | undefined)[] = [];
    const connection = new Connection({
      read: async () => readings.shift(),
      every: () => () => undefined,
    });
    const step = async (lost: number, at_ms: number) => {
      readings.push({ ...later({ lost, packets: at_ms }), at_ms });
      await connection.look();
      return connection.state.get().verdict;
    };
    await step(0, 1_000);
    expect(connection.state.get().health).toBeUndefined();
    expect(await step(500, 2_000)).toBe('good');
    expect(connection.state.get().health?.loss).toBeCloseTo(1 / 3);
    expect(await step(500, 3_000)).toBe('good');
    expect(await step(1_000, 4_000)).toBe('good');
    expect(await step(1_500, 5_000)).toBe('network');
    expect(await step(1_500, 6_000)).toBe('network');
    expect(await step(1_500, 7_000)).toBe('good');
  });

  it('tells the organizer every ten seconds what happened since it last did', async () => {
    const readings: Readings[] = [];
    const told: unknown[] = [];
    const connection = new Connection({
      read: async () => readings.shift(),
      every: () => () => undefined,
      tell: ({ frames, dropped, freezes }) => told.push([frames, dropped, freezes]),
    });
    for (let look = 0; look <= 10; look += 1) {
      const counters = { frames: look * 60, dropped: look, freezes: look >= 6 ? 2 : 0 };
      readings.push({ ...later(counters), at_ms: look * 2_000 });
      await connection.look();
    }
    expect(told).toEqual([
      [300, 5, 0],
      [300, 5, 2],
    ]);
  });

  it('compares nothing across a time without a room', async () => {
    const readings: (Readings | undefined)[] = [start, undefined, later({ lost: 900 })];
    const connection = new Connection({
      read: async () => readings.shift(),
      every: () => () => undefined,
    });
    for (let look = 0; look < 3; look += 1) await connection.look();
    expect(connection.state.get().health).toBeUndefined();
  });
});
