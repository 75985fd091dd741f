import { useQuery } from '@connectrpc/connect-query';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { TicketTypeService } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import type { FieldError } from '~/lib/problem/problem';
import { useStore } from '~/lib/store';
import { Icon } from '~/ui/icon';
import { Stack } from '~/ui/layout';
import styles from './checklist.module.css';
import type { EventDraft } from './draft';
import { m } from './editor-messages';

interface Check {
  text: Message;
  /** The section where it is put right. */
  section: 'details' | 'when' | 'agenda' | 'tickets';
  needed: boolean;
  done: boolean;
}

function checksOf(event: Event, ticketTypes: number, refused: readonly FieldError[]): Check[] {
  const is = (...names: string[]) =>
    refused.some(({ field }) => names.includes(field.replace(/^event\./, '')));
  return [
    {
      text: m.checkTimes,
      section: 'when',
      needed: true,
      done: Boolean(event.startTime && event.endTime) && !is('start_time', 'end_time'),
    },
    {
      text: m.checkDescription,
      section: 'details',
      needed: true,
      done: event.descriptionMarkdown.trim() !== '' && !is('description_markdown'),
    },
    { text: m.checkSession, section: 'agenda', needed: false, done: event.sessions.length > 0 },
    { text: m.checkTicket, section: 'tickets', needed: false, done: ticketTypes > 0 },
    { text: m.checkCover, section: 'details', needed: false, done: event.cover !== undefined },
  ];
}

interface ChecklistProps {
  draft: EventDraft;
  /** What the server said was missing, when it was asked. */
  refused: readonly FieldError[];
}

/** What others need to judge the event or to come, each with the way to it. */
export function Checklist({ draft, refused }: ChecklistProps) {
  const t = useText();
  const { event } = useStore(draft.state);
  const found = useQuery(TicketTypeService.method.listTicketTypes, { eventId: event.id });
  const checks = checksOf(event, found.data?.ticketTypes.length ?? 0, refused);
  return (
    <Stack gap={2}>
      <h3 className={styles.heading}>{t(m.checklist)}</h3>
      <Stack as="ul" role="list" gap={2}>
        {checks.map(({ text, section, needed, done }) => (
          <li key={text.id} className={styles.check} data-done={done || undefined}>
            <Icon
              name={done ? 'check' : needed ? 'warning' : 'info'}
              label={t(done ? m.done : needed ? m.needed : m.advised)}
              size="small"
            />
            {done ? t(text) : <a href={`#${section}`}>{t(text)}</a>}
          </li>
        ))}
      </Stack>
    </Stack>
  );
}
