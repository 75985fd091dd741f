/** What one moment says about the media of a room. Counters grow from when the track began: compare two readings. */
export interface Readings {
  /** Milliseconds, of any clock that does not jump. */
  at_ms: number;
  /** Between this browser and our server, by the media path. */
  roundTrip_ms: number | undefined;
  /** What kind of address of this computer that path begins at (RFC 8445, 5.1.1). */
  candidate: CandidateType | undefined;
  /** What the server says of this person's connection. */
  quality: Quality;
  received: Received[];
  sent: Sent[];
}

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

export type Quality = 'excellent' | 'good' | 'poor' | 'lost' | 'unknown';

/** A track that somebody else sends. */
export interface Received {
  id: string;
  kind: 'camera' | 'screen' | 'sound';
  /** Who sends it. */
  name: string;
  /** What the server says of the sender's connection. */
  senderQuality: Quality;
  /** The server holds the picture back because it does not fit through. */
  paused: boolean;
  packets: number;
  lost: number;
  bytes: number;
  /** Pictures that have arrived whole. */
  frames: number;
  /** Of these, thrown away because this computer could not show them in time. */
  dropped: number;
  freezes: number;
  width: number;
  height: number;
  /** Pictures a second now. */
  fps: number;
}

/** A track of one's own. */
export interface Sent {
  /** What keeps the browser from sending more. */
  limitedBy: 'nothing' | 'computer' | 'network';
  /** Share of packets that did not arrive, 0 to 1. */
  lost: number;
}

/** The numbers of RTCStats that we read; browsers leave out what they do not count. */
interface Stats {
  type: string;
  id: string;
  kind?: string;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  candidateType?: CandidateType;
  roundTripTime?: number;
  fractionLost?: number;
  qualityLimitationReason?: string;
  packetsReceived?: number;
  packetsLost?: number;
  bytesReceived?: number;
  framesReceived?: number;
  framesDropped?: number;
  freezeCount?: number;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
}

export type StatsReport = Pick<ReadonlyMap<string, Stats>, 'values' | 'get'>;

/** The path that is in use (webrtc-stats 8.13, RTCIceCandidatePairStats): its round trip, and where it begins. */
export function pathOf(report: StatsReport): Pick<Readings, 'roundTrip_ms' | 'candidate'> {
  const all = [...report.values()];
  const transport = all.find(({ type }) => type === 'transport');
  const selected = report.get(transport?.selectedCandidatePairId ?? '');
  // Firefox has no transport stats; there the pair in use is the nominated one.
  const pair =
    selected ?? all.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
  const seconds = pair?.currentRoundTripTime;
  const local = report.get(pair?.localCandidateId ?? '');
  return {
    roundTrip_ms: seconds === undefined ? undefined : seconds * 1000,
    candidate: local?.candidateType,
  };
}

type Counters = Omit<Received, 'id' | 'kind' | 'name' | 'senderQuality' | 'paused'>;

export function receivedOf(report: StatsReport): Counters {
  const stats = [...report.values()].find(({ type }) => type === 'inbound-rtp');
  return {
    packets: stats?.packetsReceived ?? 0,
    // Duplicates count below zero (RFC 3550, 6.4.1).
    lost: Math.max(0, stats?.packetsLost ?? 0),
    bytes: stats?.bytesReceived ?? 0,
    frames: stats?.framesReceived ?? 0,
    dropped: stats?.framesDropped ?? 0,
    freezes: stats?.freezeCount ?? 0,
    width: stats?.frameWidth ?? 0,
    height: stats?.frameHeight ?? 0,
    fps: stats?.framesPerSecond ?? 0,
  };
}

export function sentOf(report: StatsReport): Sent {
  const all = [...report.values()];
  const reasons = all
    .filter(({ type }) => type === 'outbound-rtp')
    .map(({ qualityLimitationReason }) => qualityLimitationReason);
  const losses = all
    .filter(({ type }) => type === 'remote-inbound-rtp')
    .map(({ fractionLost }) => fractionLost ?? 0);
  return {
    limitedBy: reasons.includes('cpu')
      ? 'computer'
      : reasons.includes('bandwidth')
        ? 'network'
        : 'nothing',
    lost: Math.max(0, ...losses),
  };
}
