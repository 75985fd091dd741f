import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Link } from '@tanstack/react-router';
import { EventState, type EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Card } from '~/ui/card';
import { Cover } from '~/ui/cover';
import styles from './event-card.module.css';
import { m } from './messages';

interface EventCardProps {
  event: EventSummary;
  /** `wide` has its cover beside the words, where there is room. */
  look?: 'normal' | 'wide';
  /** Its cover is among the first things seen. */
  eager?: boolean;
}

/** One event in a list; all of it is the link. */
export function EventCard({ event, look = 'normal', eager = false }: EventCardProps) {
  const t = useText();
  return (
    <Card as="article" interactive padding="none" className={styles.card} data-look={look}>
      <Cover
        name={event.title}
        src={imageUrl('event', event.cover?.id)}
        alt={event.coverAlt}
        width={event.cover?.width}
        height={event.cover?.height}
        eager={eager}
        className={styles.cover}
      />
      <div className={styles.words}>
        {event.state === EventState.LIVE && <Badge tone="live">{t(m.liveBadge)}</Badge>}
        <When event={event} />
        <h3 className={styles.title}>
          <Link to="/events/$eventId" params={{ eventId: event.id }} data-card-link>
            {event.title}
          </Link>
        </h3>
        {event.summary && <p className={styles.summary}>{event.summary}</p>}
        <p className={styles.organizer}>{t(m.by, { organizer: event.organizationName })}</p>
      </div>
    </Card>
  );
}

function When({ event }: { event: EventSummary }) {
  const words = useTimeWords();
  if (!event.startTime) return null;
  const start = timestampDate(event.startTime);
  const when = inBothZones(start, undefined, event.timeZone, words);
  return (
    <p className={styles.when}>
      <time dateTime={start.toISOString()}>{when.viewer}</time>
      {when.event && <span className={styles.there}>{when.event}</span>}
    </p>
  );
}
