import type { Quality, Readings, Received } from './readings';

/** How the last seconds were: the difference of two readings. */
export interface Health {
  roundTrip_ms: number | undefined;
  /** Share of packets that did not arrive, 0 to 1, of what is received and what is sent. */
  loss: number;
  quality: Quality;
  /** This computer is too busy for the pictures that it gets or sends. */
  computerBusy: boolean;
  /** The browser sends less than it would because it does not fit through. */
  sendingLess: boolean;
  pictures: PictureHealth[];
  /** Pictures that stood still, since the room was joined. */
  freezes: number;
}

export interface PictureHealth {
  id: string;
  kind: 'camera' | 'screen';
  name: string;
  senderQuality: Quality;
  /** The server holds it back. */
  paused: boolean;
  /** It stood still in these seconds. */
  froze: boolean;
  width: number;
  height: number;
  fps: number;
  bitrate_bps: number;
}

/** Whose side it is when something is wrong, for the person in front of the screen. */
export type Verdict = 'good' | 'computer' | 'network' | 'server' | 'speaker';

/** A tenth of the pictures thrown away is seen as stutter. */
const DROPPED_MAX = 0.1;
/** Too few pictures say nothing about their share. */
const FRAMES_MIN = 10;
/** Opus conceals less than this unheard; video asks again for what is missing. */
const LOSS_MAX = 0.05;
/** Half of it is what ITU-T G.114 calls too long for a conversation, one way. */
const ROUND_TRIP_MAX_MS = 400;

function grown(before: number, after: number): number {
  return Math.max(0, after - before);
}

/** A track that was not there before has grown from nothing. */
function earlier(before: Readings, id: string): Received | undefined {
  return before.received.find((track) => track.id === id);
}

export function compare(before: Readings, after: Readings): Health {
  const seconds = Math.max(0.001, (after.at_ms - before.at_ms) / 1000);
  let [packets, lost, frames, dropped] = [0, 0, 0, 0];
  const pictures: PictureHealth[] = [];
  for (const track of after.received) {
    const then = earlier(before, track.id);
    packets += grown(then?.packets ?? 0, track.packets);
    lost += grown(then?.lost ?? 0, track.lost);
    if (track.kind === 'sound') continue;
    frames += grown(then?.frames ?? 0, track.frames);
    dropped += grown(then?.dropped ?? 0, track.dropped);
    const { id, kind, name, senderQuality, paused, width, height, fps } = track;
    pictures.push({
      ...{ id, kind, name, senderQuality, paused, width, height, fps },
      froze: then !== undefined && track.freezes > then.freezes,
      bitrate_bps: (grown(then?.bytes ?? 0, track.bytes) * 8) / seconds,
    });
  }
  const received = packets + lost;
  return {
    roundTrip_ms: after.roundTrip_ms,
    loss: Math.max(received > 0 ? lost / received : 0, ...after.sent.map((track) => track.lost)),
    quality: after.quality,
    computerBusy:
      (frames >= FRAMES_MIN && dropped / frames > DROPPED_MAX) ||
      after.sent.some(({ limitedBy }) => limitedBy === 'computer'),
    sendingLess: after.sent.some(({ limitedBy }) => limitedBy === 'network'),
    pictures,
    freezes: after.received.reduce((sum, track) => sum + track.freezes, 0),
  };
}

function isBad(quality: Quality): boolean {
  return quality === 'poor' || quality === 'lost';
}

/**
 * Whose side it is. The nearest cause comes first: a computer that cannot keep up looks like every other cause from
 * further away, and a broken last mile makes every speaker look bad. What is left when this side is well, is theirs
 * when it is one of several or their own connection is said to be bad, and ours when it is everybody at once.
 */
export function verdictOf(health: Health): Verdict {
  const { loss, roundTrip_ms = 0, quality, pictures } = health;
  if (health.computerBusy) return 'computer';
  const held = pictures.some(({ paused }) => paused);
  if (loss > LOSS_MAX || roundTrip_ms > ROUND_TRIP_MAX_MS || isBad(quality) || held)
    return 'network';
  if (health.sendingLess) return 'network';
  const frozen = pictures.filter(({ froze }) => froze);
  if (frozen.length === 0) return 'good';
  if (frozen.some(({ senderQuality }) => isBad(senderQuality))) return 'speaker';
  const senders = new Set(pictures.map(({ name }) => name)).size;
  const troubled = new Set(frozen.map(({ name }) => name)).size;
  return senders > 1 && troubled === senders ? 'server' : 'speaker';
}
