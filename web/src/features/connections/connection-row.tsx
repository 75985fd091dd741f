import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  AddressFamily,
  CandidateKind,
  type Connection,
  ConnectionVerdict,
} from '~/gen/plenary/live/v1/connection_pb';
import { localeStore } from '~/lib/i18n/locale';
import type { Message } from '~/lib/i18n/messages';
import { type Translate, useText } from '~/lib/i18n/text';
import { rateInWords } from '~/lib/rate';
import { useStore } from '~/lib/store';
import { timeInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { type Fact, FactList } from '~/ui/fact-list';
import styles from './connections-page.module.css';
import { m } from './messages';
import { percent, reasonAfter, reasonNow, toneOf, verdictWord } from './words';

/** Somebody: whose side it is, why, and the numbers. */
export function ConnectionRow({ connection }: { connection: Connection }) {
  const t = useText();
  const words = useTimeWords();
  const { formats } = useStore(localeStore);
  const { displayName, isHost, verdict, joinTime, leaveTime, sample } = connection;
  const stay = () => {
    const from = joinTime ? timeInWords(timestampDate(joinTime), words) : '';
    if (!leaveTime) return t(m.since, { time: from });
    return t(m.from, { from, until: timeInWords(timestampDate(leaveTime), words) });
  };
  const numbers = sample ? factsNow(connection, formats, t) : factsAfter(connection, formats, t);
  const facts: Fact[] = [
    ...numbers,
    [t(m.path), pathWords(connection, t)],
    ...(joinTime ? [[t(m.stay), stay()] as const] : []),
  ];
  const fine = verdict === ConnectionVerdict.FINE;
  return (
    <li className={styles.row} data-fine={fine || undefined}>
      <div className={styles.who}>
        <h2 className={styles.name}>{displayName}</h2>
        <Badge tone={toneOf(connection)}>{t(verdictWord(verdict))}</Badge>
        {isHost && <Badge tone="accent">{t(m.host)}</Badge>}
        {leaveTime && <Badge>{t(m.left)}</Badge>}
      </div>
      <p className={styles.reason}>
        {leaveTime ? reasonAfter(connection, t) : reasonNow(connection, t)}
      </p>
      <FactList column="narrow" facts={facts} />
    </li>
  );
}

function factsNow({ sample, totals }: Connection, formats: string, t: Translate): Fact[] {
  if (!sample) return [];
  const { roundTripMs, lossDownPermille, lossUpPermille, sentBps, receivedBps } = sample;
  return [
    [t(m.roundTrip), roundTripMs > 0 ? t(m.roundTripValue, { time: roundTripMs }) : t(m.unknown)],
    [t(m.loss), lossWords(lossDownPermille, lossUpPermille, formats, t)],
    [
      t(m.rate),
      t(m.rateValue, {
        sent: rateInWords(Number(sentBps), formats, t),
        received: rateInWords(Number(receivedBps), formats, t),
      }),
    ],
    [
      t(m.layer),
      sample.layer > 0
        ? t(m.layerValue, { layer: sample.layer, wanted: sample.layerWanted })
        : t(m.layerNone),
    ],
    [t(m.freezesLabel), t(m.freezesValue, { count: totals?.freezes ?? 0 })],
  ];
}

const MEGABYTE = 1_000_000;

function factsAfter({ totals }: Connection, formats: string, t: Translate): Fact[] {
  if (!totals) return [];
  const megabytes = (bytes: bigint) =>
    t(m.bytesMega, {
      size: new Intl.NumberFormat(formats, { maximumFractionDigits: 1 }).format(
        Number(bytes) / MEGABYTE,
      ),
    });
  const { roundTripMeanMs, roundTripMaxMs, lossDownMeanPermille, lossUpMeanPermille } = totals;
  return [
    [
      t(m.roundTrip),
      roundTripMaxMs > 0
        ? t(m.roundTripAfter, { mean: roundTripMeanMs, max: roundTripMaxMs })
        : t(m.unknown),
    ],
    [t(m.loss), lossWords(lossDownMeanPermille, lossUpMeanPermille, formats, t)],
    [
      t(m.rate),
      t(m.rateValue, {
        sent: megabytes(totals.sentBytes),
        received: megabytes(totals.receivedBytes),
      }),
    ],
    [t(m.freezesLabel), t(m.freezesValue, { count: totals.freezes })],
  ];
}

function lossWords(down: number, up: number, formats: string, t: Translate): string {
  const digits = new Intl.NumberFormat(formats, { maximumFractionDigits: 1 });
  return t(m.lossValue, { down: digits.format(percent(down)), up: digits.format(percent(up)) });
}

const paths: Readonly<Record<CandidateKind, Message>> = {
  [CandidateKind.UNSPECIFIED]: m.pathPlain,
  [CandidateKind.HOST]: m.pathDirect,
  [CandidateKind.SERVER_REFLEXIVE]: m.pathRouter,
  [CandidateKind.PEER_REFLEXIVE]: m.pathRouter,
  [CandidateKind.RELAY]: m.pathRelay,
};

function pathWords({ path }: Connection, t: Translate): string {
  if (!path || path.family === AddressFamily.UNSPECIFIED) return t(m.pathNone);
  const family = path.family === AddressFamily.IPV6 ? 'IPv6' : 'IPv4';
  return t(paths[path.candidate], { family });
}
