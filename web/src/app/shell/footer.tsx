import { useNow } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { placeOfZone, viewerZone } from '~/lib/time';
import { offsetLabel } from '~/lib/zoned';
import styles from './footer.module.css';
import { m } from './messages';

export function Footer() {
  const t = useText();
  const zone = viewerZone();
  const offset = offsetLabel(useNow(), zone);
  const times =
    offset === 'UTC' ? t(m.footerUtc) : t(m.footerZone, { place: placeOfZone(zone), offset });
  return (
    <footer className={styles.footer}>
      <div className={styles.inner}>
        <p>{t(m.footerAbout)}</p>
        <p className={styles.zone}>{times}</p>
      </div>
    </footer>
  );
}
