import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMutation } from '@connectrpc/connect-query';
import { useId } from 'react';
import { type EventSummary, EventVisibility } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { distanceInWords, inBothZones } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Cluster, Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { FormProblem } from '~/ui/states';
import { m } from './messages';
import styles from './submitted-event.module.css';

interface SubmittedEventProps {
  event: EventSummary;
  onApproved: () => void;
  onSendBack: () => void;
}

/** One event of the queue, with what decides and the two answers. */
export function SubmittedEvent({ event, onApproved, onSendBack }: SubmittedEventProps) {
  const t = useText();
  const titleId = useId();
  const requestIdFor = useRequestIdFor();
  const approve = useMutation(EventService.method.approveEvent);
  const submit = async () => {
    const command = { eventId: event.id };
    await approve.mutateAsync({ ...command, requestId: requestIdFor(command) });
    onApproved();
  };
  return (
    <Card as="article" aria-labelledby={titleId}>
      <Stack gap={4}>
        <Stack gap={2}>
          <h2 id={titleId} className={styles.title}>
            {event.title}
          </h2>
          <Facts event={event} />
          {event.summary && <p>{event.summary}</p>}
        </Stack>
        <FormProblem problem={approve.error ? toProblem(approve.error) : undefined} />
        <Cluster gap={2}>
          <Button
            tone="primary"
            icon="check"
            aria-describedby={titleId}
            busy={approve.isPending}
            onClick={() => void submit().catch(() => undefined)}
          >
            {t(m.approve)}
          </Button>
          <Button aria-describedby={titleId} onClick={onSendBack}>
            {t(m.sendBack)}
          </Button>
          <ButtonLink
            to="/events/$eventId"
            params={{ eventId: event.id }}
            tone="quiet"
            aria-describedby={titleId}
          >
            {t(m.preview)}
          </ButtonLink>
        </Cluster>
      </Stack>
    </Card>
  );
}

const visibilityWords = {
  [EventVisibility.UNSPECIFIED]: m.public,
  [EventVisibility.PUBLIC]: m.public,
  [EventVisibility.UNLISTED]: m.unlisted,
  [EventVisibility.PRIVATE]: m.private,
};

function Facts({ event }: { event: EventSummary }) {
  const t = useText();
  const words = useTimeWords();
  const start = event.startTime && timestampDate(event.startTime);
  const end = event.endTime && timestampDate(event.endTime);
  const submitted = event.submitTime && timestampDate(event.submitTime);
  const when = start && inBothZones(start, end, event.timeZone, words);
  return (
    <div className={styles.facts}>
      <Cluster gap={2}>
        <span>{t(m.by, { organizer: event.organizationName })}</span>
        <Badge>{t(visibilityWords[event.visibility])}</Badge>
      </Cluster>
      <p>{when ? [when.viewer, when.event].filter(Boolean).join(' · ') : t(m.noTimes)}</p>
      {submitted && (
        <p>{t(m.waiting, { distance: distanceInWords(submitted, words.now, words.formats) })}</p>
      )}
    </div>
  );
}
