import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Event, EventState, EventVisibility } from '~/gen/plenary/events/v1/event_pb';
import { useClock } from '~/lib/clock';
import { useText } from '~/lib/i18n/text';
import { inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Button } from '~/ui/button';
import { Icon } from '~/ui/icon';
import styles from './facts.module.css';
import { m } from './messages';

/** When and where, with the way into one's own calendar. */
export function Facts({ event }: { event: Event }) {
  const t = useText();
  return (
    <dl className={styles.facts}>
      <div className={styles.fact}>
        <dt>
          <Icon name="calendar" label={t(m.when)} />
        </dt>
        <dd>
          <When event={event} />
        </dd>
      </div>
      <div className={styles.fact}>
        <dt>
          <Icon name="screen" label={t(m.where)} />
        </dt>
        <dd>
          <p className={styles.strong}>{t(m.online)}</p>
          <Circle event={event} />
        </dd>
      </div>
    </dl>
  );
}

function When({ event }: { event: Event }) {
  const t = useText();
  const words = useTimeWords();
  if (!event.startTime || !event.endTime) return <p className={styles.strong}>{t(m.noTime)}</p>;
  const start = timestampDate(event.startTime);
  const end = timestampDate(event.endTime);
  const when = inBothZones(start, end, event.timeZone, words);
  const ahead = event.state !== EventState.ENDED && event.state !== EventState.CANCELLED;
  return (
    <>
      <p className={styles.strong}>
        <time dateTime={start.toISOString()}>{when.viewer}</time>
      </p>
      {when.event && <p>{when.event}</p>}
      {ahead && <AddToCalendar event={event} start={start} end={end} />}
    </>
  );
}

function AddToCalendar({ event, start, end }: { event: Event; start: Date; end: Date }) {
  const t = useText();
  const clock = useClock();
  const download = async () => {
    // Few want it, and the page has to come quickly.
    const { downloadCalendarFile } = await import('~/lib/calendar');
    downloadCalendarFile({
      uid: `${event.id}@${location.host}`,
      title: event.title,
      description: event.summary,
      url: `${location.origin}/events/${event.id}`,
      start,
      end,
      stamp: new Date(clock.now()),
    });
  };
  return (
    <Button
      size="small"
      tone="quiet"
      icon="plus"
      className={styles.calendar ?? ''}
      onClick={() => void download()}
    >
      {t(m.addToCalendar)}
    </Button>
  );
}

/** Who can be there at all; nothing to say when that is everybody. */
function Circle({ event }: { event: Event }) {
  const t = useText();
  if (event.visibility === EventVisibility.PRIVATE) return <p>{t(m.private)}</p>;
  if (event.visibility === EventVisibility.UNLISTED) return <p>{t(m.unlisted)}</p>;
  return null;
}
