import { localeStore } from '~/lib/i18n/locale';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { Drawer } from '~/ui/dialog';
import { Stack } from '~/ui/layout';
import type { Connection } from './connection/connection';
import type { Health, PictureHealth, Verdict } from './connection/health';
import type { Quality } from './connection/readings';
import styles from './connection-details.module.css';
import { m } from './messages';

interface ConnectionDetailsProps {
  connection: Connection;
  mending: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const advice: Readonly<Record<Verdict, Message>> = {
  good: m.adviceGood,
  computer: m.adviceComputer,
  network: m.adviceNetwork,
  server: m.adviceServer,
  speaker: m.adviceSpeaker,
};

const qualities: Readonly<Record<Exclude<Quality, 'unknown'>, Message>> = {
  excellent: m.qualityExcellent,
  good: m.qualityGood,
  poor: m.qualityPoor,
  lost: m.qualityLost,
};

/** Whose side it is, what to do, and the numbers that say so. */
export function ConnectionDetails(props: ConnectionDetailsProps) {
  const { connection, mending, open, onOpenChange } = props;
  const t = useText();
  const { verdict, health } = useStore(connection.state);
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      title={t(m.connectionTitle)}
      description={t(mending ? m.adviceMending : advice[verdict])}
    >
      {health ? <Numbers health={health} /> : <p>{t(m.measuring)}</p>}
    </Drawer>
  );
}

type Fact = [label: Message, value: string];

function Numbers({ health }: { health: Health }) {
  const t = useText();
  const { formats } = useStore(localeStore);
  const { roundTrip_ms, loss, quality, freezes, pictures } = health;
  const share = new Intl.NumberFormat(formats, { maximumFractionDigits: 1 }).format(loss * 100);
  const facts: Fact[] = [
    [
      m.roundTrip,
      roundTrip_ms === undefined
        ? t(m.unknown)
        : t(m.roundTripValue, { time: Math.round(roundTrip_ms) }),
    ],
    [m.loss, t(m.lossValue, { share })],
    ...(quality === 'unknown' ? [] : [[m.serverSays, t(qualities[quality])] as Fact]),
    [m.freezes, t(m.freezesValue, { count: freezes })],
  ];
  return (
    <Stack gap={6}>
      <dl className={styles.list}>
        {facts.map(([label, value]) => (
          <div key={label.id}>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {pictures.length > 0 && (
        <Stack gap={2}>
          <h3 className={styles.title}>{t(m.pictures)}</h3>
          <dl className={styles.list}>
            {pictures.map((picture) => (
              <PictureNumbers key={picture.id} picture={picture} />
            ))}
          </dl>
        </Stack>
      )}
    </Stack>
  );
}

function PictureNumbers({ picture }: { picture: PictureHealth }) {
  const t = useText();
  const rate = useRate();
  const { kind, name, paused, width, height, fps, bitrate_bps } = picture;
  const value = () => {
    if (paused) return t(m.picturePaused);
    if (width === 0) return t(m.pictureNone);
    // As text: a size in pixels has no thousands separator.
    const size = `${width}×${height}`;
    return t(m.pictureValue, { size, fps: Math.round(fps), rate: rate(bitrate_bps) });
  };
  return (
    <div>
      <dt>{kind === 'screen' ? t(m.sharing, { name }) : name}</dt>
      <dd>{value()}</dd>
    </div>
  );
}

const MEGA = 1_000_000;

/** "850 kbit/s", "1.2 Mbit/s" */
function useRate(): (bitrate_bps: number) => string {
  const t = useText();
  const { formats } = useStore(localeStore);
  return (bitrate_bps) => {
    if (bitrate_bps < MEGA) return t(m.pictureRateKilo, { rate: Math.round(bitrate_bps / 1000) });
    const words = new Intl.NumberFormat(formats, { maximumFractionDigits: 1 });
    return t(m.pictureRateMega, { rate: words.format(bitrate_bps / MEGA) });
  };
}
