import { useMutation, useQuery } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { OrderService } from '~/gen/plenary/ticketing/v1/order_service_pb';
import { Availability, TicketTypeService } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { draftIn } from '~/lib/draft';
import { useText } from '~/lib/i18n/text';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useSessionState } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Stack } from '~/ui/layout';
import { Loading, Skeleton } from '~/ui/skeleton';
import { EmptyState, ErrorState, Notice } from '~/ui/states';
import { Stepper } from '~/ui/stepper';
import {
  choiceDraft,
  countOf,
  fitSelection,
  limitOf,
  type Selection,
  totalOf,
} from './checkout-model';
import styles from './choose-step.module.css';
import { HeldNotice } from './held-notice';
import { m } from './messages';
import { Steps } from './steps';
import { TypeLine, usePrice } from './type-line';

interface ChooseStepProps {
  event: Event;
  verifyEmail: (email: string) => ReactNode;
}

/** What was chosen survives signing in, reloading and going back. */
function useSelection(eventId: string): [Selection, (next: Selection) => void] {
  const draft = useRef(draftIn<Record<string, number>>(sessionStorage, choiceDraft(eventId)));
  const [selection, setSelection] = useState<Selection>(() => draft.current.read() as Selection);
  const change = (next: Selection) => {
    setSelection(next);
    draft.current.write({ ...next });
  };
  return [selection, change];
}

/** First step: how many of what. Ends with the seats being held. */
export function ChooseStep({ event, verifyEmail }: ChooseStepProps) {
  const t = useText();
  const types = useQuery(TicketTypeService.method.listTicketTypes, { eventId: event.id });
  return (
    <>
      <Steps at="choose" />
      <HeldNotice eventId={event.id} />
      {types.isPending && (
        <Loading>
          <Skeleton shape="block" />
        </Loading>
      )}
      {types.isError && (
        <ErrorState problem={toProblem(types.error)} onRetry={() => void types.refetch()} />
      )}
      {types.data?.ticketTypes.length === 0 && (
        <EmptyState icon="ticket" title={t(m.noTickets)}>
          {t(m.noTicketsText)}
        </EmptyState>
      )}
      {types.data && types.data.ticketTypes.length > 0 && (
        <ChooseForm
          event={event}
          types={types.data.ticketTypes}
          reload={() => void types.refetch()}
          verifyEmail={verifyEmail}
        />
      )}
    </>
  );
}

type Types = Parameters<typeof fitSelection>[1];

interface ChooseFormProps extends ChooseStepProps {
  types: Types;
  /** Numbers have turned out to be old. */
  reload: () => void;
}

function useHold(event: Event, reload: () => void) {
  const navigate = useNavigate();
  const requestIdFor = useRequestIdFor();
  const create = useMutation(OrderService.method.createOrder);
  const [problem, setProblem] = useState<Problem>();
  const busy = useRef(false);
  const hold = async (chosen: Selection) => {
    // A second click is faster than a render.
    if (busy.current) return;
    busy.current = true;
    setProblem(undefined);
    const items = Object.entries(chosen)
      .filter(([, quantity]) => quantity > 0)
      .map(([ticketTypeId, quantity]) => ({ ticketTypeId, quantity }));
    const command = { eventId: event.id, items };
    try {
      const made = await create.mutateAsync({ ...command, requestId: requestIdFor(command) });
      await navigate({
        to: '/events/$eventId/tickets',
        params: { eventId: event.id },
        search: { order: made.order?.id ?? '' },
      });
    } catch (error) {
      setProblem(toProblem(error));
      reload();
    } finally {
      busy.current = false;
    }
  };
  return { hold, holding: create.isPending, problem, setProblem };
}

function ChooseForm({ event, types, reload, verifyEmail }: ChooseFormProps) {
  const t = useText();
  const price = usePrice();
  const navigate = useNavigate();
  const session = useSessionState();
  const [selection, select] = useSelection(event.id);
  const [missing, setMissing] = useState(false);
  const { hold, holding, problem, setProblem } = useHold(event, reload);
  const chosen = fitSelection(selection, types);
  const count = countOf(chosen);
  const anonymous = session.kind === 'anonymous';
  const buyable = types.some((type) => limitOf(type) > 0);

  const submit = () => {
    if (count === 0) return setMissing(true);
    if (!anonymous) return void hold(chosen);
    select(chosen);
    void navigate({ to: '/sign-in', search: { next: `/events/${event.id}/tickets` } });
  };
  return (
    <form
      onSubmit={(submitted) => {
        submitted.preventDefault();
        submit();
      }}
    >
      <Stack gap={6}>
        <Card as="fieldset" className={styles.types}>
          <legend className={styles.legend}>{t(m.chooseTitle)}</legend>
          {types.map((type) => (
            <div key={type.id} className={styles.type}>
              <TypeLine type={type}>
                {limitOf(type) > 0 && (
                  <Stepper
                    label={type.name}
                    value={chosen[type.id] ?? 0}
                    max={limitOf(type)}
                    onChange={(quantity) => {
                      setMissing(false);
                      setProblem(undefined);
                      select({ ...chosen, [type.id]: quantity });
                    }}
                  />
                )}
              </TypeLine>
            </div>
          ))}
        </Card>
        {!buyable && <NothingToChoose types={types} reload={reload} />}
        {buyable && (
          <>
            <div className={styles.sum}>
              <p aria-live="polite">{t(m.chosen, { count })}</p>
              <p className={styles.total}>{count > 0 && price(totalOf(chosen, types) as never)}</p>
            </div>
            {missing && <Notice tone="danger">{t(m.pickOne)}</Notice>}
            <HoldProblem problem={problem} verifyEmail={verifyEmail} />
            <Button type="submit" tone="primary" wide busy={holding}>
              {t(anonymous ? m.continueSignIn : m.continue)}
            </Button>
            {anonymous && <p className={styles.hint}>{t(m.signInHint)}</p>}
          </>
        )}
      </Stack>
    </form>
  );
}

/** No dead end: why there is nothing to press, and what to press instead. */
function NothingToChoose({ types, reload }: { types: Types; reload: () => void }) {
  const t = useText();
  const gone = types.some((type) => type.availability === Availability.SOLD_OUT);
  const later = types.some((type) => type.availability === Availability.NOT_YET);
  return (
    <Notice
      icon="ticket"
      action={
        <Button size="small" icon="refresh" onClick={reload}>
          {t(m.lookAgain)}
        </Button>
      }
    >
      {t(gone ? m.soldOutText : later ? m.notYetText : m.closed)}
    </Notice>
  );
}

/** Why seats could not be held, with the numbers that the server gave. */
function HoldProblem({
  problem,
  verifyEmail,
}: {
  problem: Problem | undefined;
  verifyEmail: (email: string) => ReactNode;
}) {
  const t = useText();
  const session = useSessionState();
  if (!problem) return null;
  if (problem.reason === 'EMAIL_NOT_VERIFIED' && session.kind === 'signedIn') {
    return verifyEmail(session.user.email);
  }
  const { remaining, max } = problem.metadata;
  if (problem.reason === 'SOLD_OUT' && remaining !== undefined) {
    return <Notice tone="danger">{t(m.onlyLeft, { remaining: Number(remaining) })}</Notice>;
  }
  if (problem.reason === 'TOO_MANY_TICKETS' && max !== undefined) {
    return <Notice tone="danger">{t(m.onlyMax, { max: Number(max) })}</Notice>;
  }
  return <Notice tone="danger">{t(problem.title)}</Notice>;
}
