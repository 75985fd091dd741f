import { useText } from '~/lib/i18n/text';
import { timeInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Stack } from '~/ui/layout';
import { m } from './messages';
import type { Scan } from './model';
import styles from './recent-scans.module.css';
import { faces } from './verdict-words';

const tones = { go: 'accent', careful: 'warning', stop: 'danger' } as const;

/** What this door has scanned since the page was opened. */
export function RecentScans({ scans }: { scans: readonly Scan[] }) {
  const t = useText();
  const words = useTimeWords();
  return (
    <section aria-labelledby="recent">
      <h2 id="recent" className={styles.heading}>
        {t(m.recent)}
      </h2>
      {scans.length === 0 ? (
        <p className={styles.none}>{t(m.recentNone)}</p>
      ) : (
        <Stack as="ol" role="list" gap={0}>
          {scans.map((scan) => {
            const face = faces[scan.verdict];
            return (
              <li key={scan.id} className={styles.scan}>
                <div className={styles.words}>
                  <p className={styles.name}>{scan.name ?? t(face.title)}</p>
                  <p className={styles.when}>
                    {timeInWords(scan.at, words)}
                    {scan.type && ` · ${scan.type}`}
                  </p>
                </div>
                <Badge tone={tones[face.tone]}>{t(face.title)}</Badge>
              </li>
            );
          })}
        </Stack>
      )}
    </section>
  );
}
