import {
  type Connection,
  ConnectionEvidence,
  ConnectionSeverity,
  ConnectionVerdict,
} from '~/gen/plenary/live/v1/connection_pb';
import type { Message } from '~/lib/i18n/messages';
import type { Translate } from '~/lib/i18n/text';
import { m } from './messages';

const verdicts: Readonly<Record<ConnectionVerdict, Message>> = {
  [ConnectionVerdict.UNSPECIFIED]: m.unknown,
  [ConnectionVerdict.FINE]: m.fine,
  [ConnectionVerdict.COMPUTER]: m.computer,
  [ConnectionVerdict.LAST_MILE]: m.lastMile,
  [ConnectionVerdict.NODE]: m.nodeSide,
  [ConnectionVerdict.PUBLISHER]: m.publisher,
};

const advice: Readonly<Partial<Record<ConnectionVerdict, Message>>> = {
  [ConnectionVerdict.COMPUTER]: m.adviceComputer,
  [ConnectionVerdict.LAST_MILE]: m.adviceLastMile,
  [ConnectionVerdict.NODE]: m.adviceNode,
  [ConnectionVerdict.PUBLISHER]: m.advicePublisher,
};

const plain: Readonly<Partial<Record<ConnectionEvidence, Message>>> = {
  [ConnectionEvidence.SMALLER]: m.smaller,
  [ConnectionEvidence.UPLINK_NARROW]: m.uplinkNarrow,
  [ConnectionEvidence.PICTURES_DROPPED]: m.picturesDropped,
  [ConnectionEvidence.ENCODER_SLOW]: m.encoderSlow,
  [ConnectionEvidence.FREEZES]: m.freezes,
  [ConnectionEvidence.PUBLISHER_LOSS]: m.publisherLoss,
  [ConnectionEvidence.PUBLISHER_SILENT]: m.publisherSilent,
  [ConnectionEvidence.NODE_BUSY]: m.nodeBusy,
  [ConnectionEvidence.NODE_DROPS]: m.nodeDropsWord,
};

/** The short word for whose side it is. */
export function verdictWord(verdict: ConnectionVerdict): Message {
  return verdicts[verdict];
}

export function toneOf({ severity }: Connection): 'neutral' | 'warning' | 'danger' {
  if (severity === ConnectionSeverity.HURTS) return 'danger';
  return severity === ConnectionSeverity.SHOWS ? 'warning' : 'neutral';
}

/** Thousandths as "2.5", per cent. */
export function percent(permille: number): number {
  return permille / 10;
}

function evidenceWords(
  connection: Connection,
  evidence: ConnectionEvidence,
  say: Translate,
): string {
  const { sample } = connection;
  switch (evidence) {
    case ConnectionEvidence.LOSS_DOWN:
      return say(m.lossDown, { share: percent(sample?.lossDownPermille ?? 0) });
    case ConnectionEvidence.LOSS_UP:
      return say(m.lossUp, { share: percent(sample?.lossUpPermille ?? 0) });
    case ConnectionEvidence.ROUND_TRIP:
      return say(m.slowWay, { time: sample?.roundTripMs ?? 0 });
    case ConnectionEvidence.HELD_BACK:
      return say(m.heldBack, { count: Math.max(1, sample?.picturesHeldBack ?? 1) });
    default: {
      const words = plain[evidence];
      return words ? say(words) : '';
    }
  }
}

function sentence(parts: readonly string[]): string {
  const [first = '', ...rest] = parts;
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join('; ')}.`;
}

/** What is wrong and what helps, while somebody is there. */
export function reasonNow(connection: Connection, say: Translate): string {
  const { verdict, evidence } = connection;
  if (verdict === ConnectionVerdict.FINE || verdict === ConnectionVerdict.UNSPECIFIED)
    return say(m.saysFine);
  const parts = evidence.map((one) => evidenceWords(connection, one, say)).filter(Boolean);
  const help = advice[verdict];
  return [parts.length > 0 && sentence(parts), help && say(help)].filter(Boolean).join(' ');
}

/** "4 minutes"; short times in seconds. */
function spanWords(seconds: number, say: Translate): string {
  if (seconds < 100) return say(m.seconds, { count: Math.round(seconds) });
  return say(m.minutes, { count: Math.round(seconds / 60) });
}

/** Whose side it was and for how long, when they have left. */
export function reasonAfter({ verdict, totals }: Connection, say: Translate): string {
  const lasted: Readonly<Partial<Record<ConnectionVerdict, number | undefined>>> = {
    [ConnectionVerdict.COMPUTER]: totals?.computerS,
    [ConnectionVerdict.LAST_MILE]: totals?.lastMileS,
    [ConnectionVerdict.NODE]: totals?.nodeS,
    [ConnectionVerdict.PUBLISHER]: totals?.publisherS,
  };
  const span = lasted[verdict];
  if (!totals || span === undefined) return say(m.saysFineAfter);
  const { fineS, computerS, lastMileS, nodeS, publisherS } = totals;
  const whole = fineS + computerS + lastMileS + nodeS + publisherS;
  return say(m.saysAfter, {
    verdict: say(verdictWord(verdict)),
    span: spanWords(span, say),
    whole: spanWords(whole, say),
  });
}
