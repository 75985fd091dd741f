import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Link } from '@tanstack/react-router';
import { EventState, type EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { IconButton } from '~/ui/button';
import { Cover } from '~/ui/cover';
import { Icon } from '~/ui/icon';
import { TextLink } from '~/ui/link';
import { Menu, MenuItem } from '~/ui/menu';
import styles from './event-row.module.css';
import { m } from './messages';
import { StateBadge } from './state-badge';

interface EventRowProps {
  event: EventSummary;
  showOrganization: boolean;
  onClone: () => void;
}

/** One of the team's events: what it is, where it stands, and the way into it. */
export function EventRow({ event, showOrganization, onClone }: EventRowProps) {
  const t = useText();
  const words = useTimeWords();
  const start = event.startTime && timestampDate(event.startTime);
  const end = event.endTime && timestampDate(event.endTime);
  const when = start && inBothZones(start, end, event.timeZone, words).viewer;
  return (
    <div className={styles.row}>
      <Cover
        name={event.title}
        src={imageUrl('event', event.cover?.id)}
        width={event.cover?.width}
        height={event.cover?.height}
        className={styles.cover}
      />
      <div className={styles.text}>
        <TextLink
          to="/organize/events/$eventId"
          params={{ eventId: event.id }}
          look="strong"
          className={styles.title}
        >
          {event.title}
        </TextLink>
        <p className={styles.facts}>
          {[when ?? t(m.noTimes), showOrganization && event.organizationName]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <div>
          <StateBadge state={event.state} />
        </div>
      </div>
      <RowMenu event={event} onClone={onClone} />
    </div>
  );
}

function RowMenu({ event, onClone }: { event: EventSummary; onClone: () => void }) {
  const t = useText();
  const open = [EventState.PUBLISHED, EventState.LIVE].includes(event.state);
  const params = { eventId: event.id };
  return (
    <Menu trigger={<IconButton icon="more" label={t(m.actionsOf, { event: event.title })} />}>
      <MenuItem asChild>
        <Link to="/organize/events/$eventId" params={params}>
          <Icon name="edit" />
          {t(m.edit)}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/events/$eventId" params={params}>
          <Icon name="globe" />
          {t(m.preview)}
        </Link>
      </MenuItem>
      {open && (
        <MenuItem asChild>
          <Link to="/organize/events/$eventId/check-in" params={params}>
            <Icon name="qr" />
            {t(m.checkIn)}
          </Link>
        </MenuItem>
      )}
      <MenuItem icon="copy" onSelect={onClone}>
        {t(m.clone)}
      </MenuItem>
    </Menu>
  );
}
