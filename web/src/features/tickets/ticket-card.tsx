import { useQuery } from '@connectrpc/connect-query';
import { lazy, Suspense } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { TicketService } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import {
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { firstLoadOf } from '~/lib/first-load';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useSessionState } from '~/lib/session/use-session';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Card } from '~/ui/card';
import { Stack } from '~/ui/layout';
import { ButtonLink, TextLink } from '~/ui/link';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState } from '~/ui/states';
import { m } from './messages';
import { canBeHad, type NextStep, nextStep } from './next-step';
import styles from './ticket-card.module.css';
import { TypeLine, usePrice } from './type-line';

/** What is on sale, what one has, and the one button that says the next thing; on a phone also at the lower edge. */
export function TicketCard({ event }: { event: Event }) {
  const words = useTimeWords();
  const signedIn = useSessionState().kind === 'signedIn';
  const first = firstLoadOf(TicketTypeService.method.listTicketTypes, { eventId: event.id });
  const types = useQuery(
    TicketTypeService.method.listTicketTypes,
    { eventId: event.id },
    { ...(first && { initialData: first }) },
  );
  const own = useQuery(
    TicketService.method.listMyTickets,
    { eventId: event.id },
    { enabled: signedIn },
  );
  const known = types.data && (!signedIn || !own.isPending);
  if (types.isError) {
    return (
      <Card>
        <ErrorState problem={toProblem(types.error)} onRetry={() => void types.refetch()} />
      </Card>
    );
  }
  if (!known) return <CardLoading />;
  const ticketTypes = types.data.ticketTypes;
  const tickets = own.data?.tickets ?? [];
  const step = nextStep({ event, tickets, types: ticketTypes, now: words.now });
  const answer = (settled: NextStep) => (
    <Answer step={settled} eventId={event.id} types={ticketTypes} />
  );
  if (step.kind !== 'askRoom') return answer(step);
  return (
    <Suspense fallback={<CardLoading />}>
      <RoomStep step={step} pending={<CardLoading />}>
        {answer}
      </RoomStep>
    </Suspense>
  );
}

/** Most visitors have nothing to join: what asks the room comes when somebody has. */
const RoomStep = lazy(() => import('./room-step').then((file) => ({ default: file.RoomStep })));

function CardLoading() {
  return (
    <Card>
      <Loading>
        <Skeleton lines={4} />
      </Loading>
    </Card>
  );
}

interface AnswerProps {
  step: NextStep;
  eventId: string;
  types: readonly TicketType[];
}

function Answer({ step, eventId, types }: AnswerProps) {
  const t = useText();
  return (
    <Card className={styles.card}>
      <StepWords step={step} />
      {step.kind === 'get' && types.length > 1 && (
        <Stack as="ul" gap={0} role="list" className={styles.types}>
          {types.map((type) => (
            <li key={type.id}>
              <TypeLine type={type} />
            </li>
          ))}
        </Stack>
      )}
      <StepButton step={step} eventId={eventId} />
      {step.kind === 'yourTicket' && types.some(canBeHad) && (
        <TextLink to="/events/$eventId/tickets" params={{ eventId }} look="quiet">
          {t(m.getMore)}
        </TextLink>
      )}
      <div className={styles.bar}>
        <StepWords step={step} short />
        <StepButton step={step} eventId={eventId} />
      </div>
    </Card>
  );
}

/** Says where things stand: what it costs, or why there is nothing to press. */
function StepWords({ step, short = false }: { step: NextStep; short?: boolean }) {
  const t = useText();
  const words = useTimeWords();
  const price = usePrice();
  const say = (title: string, text?: string) => (
    <div className={styles.words}>
      <p className={styles.title}>{title}</p>
      {text && !short && <p className={styles.text}>{text}</p>}
    </div>
  );
  switch (step.kind) {
    case 'join':
      return say(t(m.onAir), t(m.joinText, { title: step.session.title }));
    case 'enter':
      return say(t(m.doorsOpen), t(m.enterText, { title: step.session.title }));
    case 'yourTicket':
      return say(t(m.going, { count: step.count }));
    case 'get':
      return say(
        price(step.from),
        step.left === undefined ? undefined : t(m.left, { count: step.left }),
      );
    case 'soldOut':
      return say(t(m.soldOut), t(m.soldOutText));
    case 'notYet':
      return say(
        step.sale ? t(m.notYet, { when: momentInWords(step.sale, words) }) : t(m.notYetSoon),
      );
    case 'saleClosed':
      return say(t(m.closed));
    case 'noTickets':
      return say(t(m.noTickets), t(m.noTicketsText));
    case 'notPublished':
      return say(t(m.notPublished));
    case 'over':
      return say(t(m.over));
    case 'cancelled':
      return say(t(m.cancelled));
  }
}

function StepButton({ step, eventId }: { step: NextStep; eventId: string }) {
  const t = useText();
  switch (step.kind) {
    case 'join':
    case 'enter':
      return (
        <ButtonLink
          to="/live/$sessionId"
          params={{ sessionId: step.session.id }}
          tone="primary"
          icon="play"
          wide
        >
          {t(step.kind === 'join' ? m.joinNow : m.enter)}
        </ButtonLink>
      );
    case 'yourTicket':
      return (
        <ButtonLink to="/tickets" tone="primary" icon="ticket" wide>
          {t(step.count > 1 ? m.yoursMany : m.yours)}
        </ButtonLink>
      );
    case 'get':
      return (
        <ButtonLink to="/events/$eventId/tickets" params={{ eventId }} tone="primary" wide>
          {t(m.get)}
        </ButtonLink>
      );
    default:
      return null;
  }
}
