import { localeStore } from '~/lib/i18n/locale';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { rateInWords } from '~/lib/rate';
import { useStore } from '~/lib/store';
import { Drawer } from '~/ui/dialog';
import { type Fact, FactList } from '~/ui/fact-list';
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

function Numbers({ health }: { health: Health }) {
  const t = useText();
  const { formats } = useStore(localeStore);
  const factOf = usePictureFact();
  const { roundTrip_ms, loss, quality, freezes, pictures } = health;
  const share = new Intl.NumberFormat(formats, { maximumFractionDigits: 1 }).format(loss * 100);
  const facts: Fact[] = [
    [
      t(m.roundTrip),
      roundTrip_ms === undefined
        ? t(m.unknown)
        : t(m.roundTripValue, { time: Math.round(roundTrip_ms) }),
    ],
    [t(m.loss), t(m.lossValue, { share })],
    ...(quality === 'unknown' ? [] : [[t(m.serverSays), t(qualities[quality])] as const]),
    [t(m.freezes), t(m.freezesValue, { count: freezes })],
  ];
  return (
    <Stack gap={6}>
      <FactList facts={facts} />
      {pictures.length > 0 && (
        <Stack gap={2}>
          <h3 className={styles.title}>{t(m.pictures)}</h3>
          <FactList facts={pictures.map(factOf)} />
        </Stack>
      )}
    </Stack>
  );
}

/** How a picture arrives. */
function usePictureFact(): (picture: PictureHealth) => Fact {
  const t = useText();
  const { formats } = useStore(localeStore);
  const value = ({ paused, width, height, fps, bitrate_bps }: PictureHealth) => {
    if (paused) return t(m.picturePaused);
    if (width === 0) return t(m.pictureNone);
    // As text: a size in pixels has no thousands separator.
    const size = `${width}×${height}`;
    return t(m.pictureValue, {
      size,
      fps: Math.round(fps),
      rate: rateInWords(bitrate_bps, formats, t),
    });
  };
  return (picture) => {
    const { kind, name } = picture;
    return [kind === 'screen' ? t(m.sharing, { name }) : name, value(picture)];
  };
}
