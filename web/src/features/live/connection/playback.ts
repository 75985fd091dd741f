import { create, toBinary } from '@bufbuild/protobuf';
import {
  CandidateKind,
  type PlaybackReport,
  PlaybackReport_SendingLimit,
  PlaybackReportSchema,
} from '~/gen/plenary/live/v1/connection_pb';
import type { CandidateType, Readings, Sent } from './readings';

/** The topic of reports: the node keeps them to itself. */
export const PLAYBACK_TOPIC = 'plenary.playback';

const candidates: Readonly<Record<CandidateType, CandidateKind>> = {
  host: CandidateKind.HOST,
  srflx: CandidateKind.SERVER_REFLEXIVE,
  prflx: CandidateKind.PEER_REFLEXIVE,
  relay: CandidateKind.RELAY,
};

const limits: Readonly<Record<Sent['limitedBy'], PlaybackReport_SendingLimit>> = {
  nothing: PlaybackReport_SendingLimit.UNSPECIFIED,
  computer: PlaybackReport_SendingLimit.COMPUTER,
  network: PlaybackReport_SendingLimit.NETWORK,
};

/** What only this browser knows of the time between two readings, for the organizer's view of everybody. */
export function playbackOf(before: Readings, after: Readings): PlaybackReport {
  const grown = (of: 'frames' | 'dropped' | 'freezes') =>
    after.received.reduce((sum, track) => {
      const then = before.received.find(({ id }) => id === track.id);
      // What froze before this was first read is not of this time.
      const since = then?.[of] ?? (of === 'freezes' ? track.freezes : 0);
      return sum + Math.max(0, track[of] - since);
    }, 0);
  const limitedBy = (by: Sent['limitedBy']) => after.sent.some((track) => track.limitedBy === by);
  const limit = limitedBy('computer') ? 'computer' : limitedBy('network') ? 'network' : 'nothing';
  return create(PlaybackReportSchema, {
    frames: grown('frames'),
    dropped: grown('dropped'),
    freezes: grown('freezes'),
    sendingLimit: limits[limit],
    roundTripMs: Math.round(after.roundTrip_ms ?? 0),
    candidate: after.candidate ? candidates[after.candidate] : CandidateKind.UNSPECIFIED,
  });
}

export function playbackBytes(report: PlaybackReport): Uint8Array {
  return toBinary(PlaybackReportSchema, report);
}
