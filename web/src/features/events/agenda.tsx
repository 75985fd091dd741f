import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Event, Session } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { dayInWords, endInWords, placeOfZone, timeInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Stack } from '~/ui/layout';
import styles from './agenda.module.css';
import { m } from './messages';
import { daysOf, progressOf, speakersOf } from './model';

/** What happens when, day by day, on the viewer's clock. */
export function Agenda({ event }: { event: Event }) {
  const t = useText();
  const words = useTimeWords();
  const days = daysOf(event.sessions, words.zone);
  return (
    <section aria-labelledby="agenda">
      <h2 id="agenda">{t(m.agenda)}</h2>
      <p className={styles.zone}>{t(m.agendaZone, { place: placeOfZone(words.zone) })}</p>
      {days.map((day) => (
        <div key={day.start.toISOString()}>
          {days.length > 1 && <h3 className={styles.day}>{dayInWords(day.start, words)}</h3>}
          <Stack as="ol" gap={0} role="list">
            {day.sessions.map((session) => (
              <Entry
                key={session.id}
                session={session}
                event={event}
                // Below the day's heading, where days have one.
                heading={days.length > 1 ? 'h4' : 'h3'}
              />
            ))}
          </Stack>
        </div>
      ))}
    </section>
  );
}

interface EntryProps {
  session: Session;
  event: Event;
  heading: 'h3' | 'h4';
}

function Entry({ session, event, heading: Heading }: EntryProps) {
  const t = useText();
  const words = useTimeWords();
  if (!session.startTime || !session.endTime) return null;
  const start = timestampDate(session.startTime);
  const end = timestampDate(session.endTime);
  const progress = progressOf(session, words.now);
  const speakers = speakersOf(session, event.speakers);
  return (
    <li className={styles.session} data-progress={progress}>
      <p className={styles.time}>
        <time dateTime={start.toISOString()}>{timeInWords(start, words)}</time>
        <span>{t(m.until, { time: endInWords(start, end, words) })}</span>
      </p>
      <div className={styles.words}>
        <Heading className={styles.title}>{session.title}</Heading>
        {speakers.length > 0 && (
          <p className={styles.speakers}>
            {t(m.withSpeakers, { names: speakers.map(({ name }) => name).join(', ') })}
          </p>
        )}
        {session.summary && <p className={styles.summary}>{session.summary}</p>}
        <p className={styles.marks}>
          {progress === 'running' && <Badge tone="accent">{t(m.onNow)}</Badge>}
          {progress === 'over' && <Badge>{t(m.over)}</Badge>}
          {session.hasLiveRoom && progress !== 'over' && <Badge>{t(m.liveSession)}</Badge>}
        </p>
      </div>
    </li>
  );
}
