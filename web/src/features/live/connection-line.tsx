import { useEffect, useMemo, useState } from 'react';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Icon } from '~/ui/icon';
import type { Call } from './call/call';
import { Connection } from './connection/connection';
import type { Verdict } from './connection/health';
import { PLAYBACK_TOPIC, playbackBytes } from './connection/playback';
import { ConnectionDetails } from './connection-details';
import styles from './connection-line.module.css';
import { m } from './messages';

const words: Readonly<Record<Verdict, Message>> = {
  good: m.connectionGood,
  computer: m.connectionComputer,
  network: m.connectionNetwork,
  server: m.connectionServer,
  speaker: m.connectionSpeaker,
};

function useConnection(call: Call): Connection {
  const connection = useMemo(
    () =>
      new Connection({
        read: () => call.readings(),
        every: (interval, act) => {
          const timer = setInterval(act, interval);
          return () => clearInterval(timer);
        },
        // A report that does not leave is not missed: the next one comes soon.
        tell: (report) =>
          void call.publish(playbackBytes(report), PLAYBACK_TOPIC).catch(() => undefined),
      }),
    [call],
  );
  useEffect(() => connection.watch(), [connection]);
  return connection;
}

/** How the connection is, in a word that is said when it changes; the numbers are one press away. */
export function ConnectionLine({ call, mending }: { call: Call; mending: boolean }) {
  const t = useText();
  const connection = useConnection(call);
  const { verdict } = useStore(connection.state);
  const [open, setOpen] = useState(false);
  const unwell = mending || verdict !== 'good';
  return (
    <div className={styles.line} data-unwell={unwell || undefined}>
      <Icon name={unwell ? 'warning' : 'signal'} size="small" />
      <p role="status">{t(mending ? m.connectionMending : words[verdict])}</p>
      <Button size="small" tone="quiet" onClick={() => setOpen(true)}>
        {t(m.connectionDetails)}
      </Button>
      <ConnectionDetails
        connection={connection}
        mending={mending}
        open={open}
        onOpenChange={setOpen}
      />
    </div>
  );
}
