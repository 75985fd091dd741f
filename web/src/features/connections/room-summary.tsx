import { ConnectionVerdict } from '~/gen/plenary/live/v1/connection_pb';
import type { RoomHealth } from '~/gen/plenary/live/v1/live_service_pb';
import { localeStore } from '~/lib/i18n/locale';
import { type Translate, useText } from '~/lib/i18n/text';
import { rateInWords } from '~/lib/rate';
import { useStore } from '~/lib/store';
import { Card } from '~/ui/card';
import { type Fact, FactList } from '~/ui/fact-list';
import { Notice } from '~/ui/states';
import { m } from './messages';
import { verdictWord } from './words';

/** The room as a whole, and the server that it is on. A room that nobody has been in is on none. */
export function RoomSummary({ health, ended }: { health: RoomHealth; ended: boolean }) {
  const t = useText();
  const { formats } = useStore(localeStore);
  if (!health.nodeReached) {
    return ended || health.ended === 0 ? null : <Notice tone="warning">{t(m.nodeAway)}</Notice>;
  }
  const { present, sentBps, receivedBps, traffic } = health;
  const rates = {
    sent: rateInWords(Number(sentBps), formats, t),
    received: rateInWords(Number(receivedBps), formats, t),
  };
  const packets = {
    sent: Number(traffic?.packetsSent ?? 0n),
    received: Number(traffic?.packetsReceived ?? 0n),
  };
  const facts: Fact[] = [
    [t(m.present), t(m.presentValue, { count: present })],
    [t(m.trouble), troubleWords(health, t)],
    [t(m.rates), t(m.ratesValue, rates)],
    [t(m.packets), t(m.packetsValue, packets)],
    [t(m.node), nodeWords(health, t)],
  ];
  return (
    <Card as="section" aria-label={t(m.summary)}>
      <FactList column="normal" facts={facts} />
    </Card>
  );
}

function troubleWords({ verdicts }: RoomHealth, t: Translate): string {
  const parts = verdicts
    .filter(({ verdict }) => verdict > ConnectionVerdict.FINE)
    .map(({ verdict, count }) =>
      t(m.troublePart, { count, verdict: t(verdictWord(verdict)).toLowerCase() }),
    );
  return parts.length > 0 ? parts.join('; ') : t(m.troubleNone);
}

function nodeWords({ node }: RoomHealth, t: Translate): string {
  if (!node) return t(m.unknown);
  const count = Number(node.packetsDropped);
  const words = { name: node.nodeId, percent: node.headroomPercent, count };
  return t(count > 0 ? m.nodeDrops : m.nodeValue, words);
}
