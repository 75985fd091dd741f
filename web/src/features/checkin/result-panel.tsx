import { useText } from '~/lib/i18n/text';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Button } from '~/ui/button';
import { Icon } from '~/ui/icon';
import { m } from './messages';
import type { Scan } from './model';
import styles from './result-panel.module.css';
import { faces } from './verdict-words';

interface ResultPanelProps {
  scan: Scan | undefined;
  checking: boolean;
  onRetry: (scan: Scan) => void;
}

/** What the last scan says, readable from an arm's length. */
export function ResultPanel({ scan, checking, onRetry }: ResultPanelProps) {
  const t = useText();
  const tone = checking || !scan ? 'waiting' : faces[scan.verdict].tone;
  return (
    <div className={styles.panel} data-tone={tone} role="status" aria-live="assertive">
      {checking || !scan ? (
        <p className={styles.waiting}>{t(checking ? m.checking : m.waiting)}</p>
      ) : (
        <Result key={scan.id} scan={scan} onRetry={onRetry} />
      )}
    </div>
  );
}

function Result({ scan, onRetry }: { scan: Scan; onRetry: (scan: Scan) => void }) {
  const t = useText();
  const words = useTimeWords();
  const face = faces[scan.verdict];
  const text =
    scan.verdict === 'again' && scan.firstAt
      ? t(m.againText, { when: momentInWords(scan.firstAt, words) })
      : t(face.text);
  return (
    <>
      <span className={styles.icon}>
        <Icon name={face.icon} size="large" />
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{t(face.title)}</p>
        {scan.name && (
          <p className={styles.name}>
            {scan.name} <span className={styles.type}>{scan.type}</span>
          </p>
        )}
        <p>{scan.problem ? t(scan.problem.title) : text}</p>
        {scan.verdict === 'failed' && (
          <Button size="small" icon="refresh" onClick={() => onRetry(scan)}>
            {t(m.retry)}
          </Button>
        )}
      </div>
    </>
  );
}
