import { createClient } from '@connectrpc/connect';
import { useTransport } from '@connectrpc/connect-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { EventState } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { FormProblem, Notice } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { Checklist } from './checklist';
import { ConfirmDialog } from './confirm-dialog';
import type { EventDraft } from './draft';
import { m } from './editor-messages';
import { type Step, stepsOf } from './steps';
import { useEventsChanged } from './use-events-changed';

const words: Readonly<Record<EventState, Message>> = {
  [EventState.UNSPECIFIED]: m.isDraft,
  [EventState.DRAFT]: m.isDraft,
  [EventState.SUBMITTED]: m.isSubmitted,
  [EventState.APPROVED]: m.isApproved,
  [EventState.REJECTED]: m.isRejected,
  [EventState.PUBLISHED]: m.isPublished,
  [EventState.LIVE]: m.isLive,
  [EventState.ENDED]: m.isEnded,
  [EventState.CANCELLED]: m.isCancelled,
};

/** Moves the event on. What was typed goes to the server first, so that it is what is submitted. */
function useTake(draft: EventDraft): (step: Step) => Promise<void> {
  const t = useText();
  const service = createClient(EventService, useTransport());
  const navigate = useNavigate();
  const eventsChanged = useEventsChanged();
  const requestIdFor = useRequestIdFor();
  return async (step) => {
    const { event } = draft.state.get();
    if (step.kind !== 'deleteEvent') await draft.flush();
    const { etag } = draft.state.get().event;
    const requestId = requestIdFor({ step: step.kind, etag });
    await service[step.kind]({ eventId: event.id, requestId });
    showToast(t(step.done, { event: event.title }), { tone: 'success' });
    eventsChanged();
    if (step.kind === 'deleteEvent') await navigate({ to: '/organize' });
    else await draft.refresh();
  };
}

/** The server forgets the reason with the first change, when it is still being worked on. */
function useLastReason(reason: string): string {
  const last = useRef(reason);
  if (reason) last.current = reason;
  return last.current;
}

/** Where the event stands, what is missing, and what can be done next. */
export function StandingPanel({ draft }: { draft: EventDraft }) {
  const t = useText();
  const { event } = useStore(draft.state);
  const take = useTake(draft);
  const [asked, setAsked] = useState<Step>();
  const [busy, setBusy] = useState<Step['kind']>();
  const [problem, setProblem] = useState<Problem>();
  const reason = useLastReason(event.rejectionReason);
  const writing = event.state === EventState.DRAFT || event.state === EventState.REJECTED;

  const run = async (step: Step) => {
    setBusy(step.kind);
    setProblem(undefined);
    try {
      await take(step);
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Card as="section" aria-labelledby="standing">
      <Stack gap={4}>
        <h2 id="standing">{t(m.standing)}</h2>
        <p>{t(words[event.state])}</p>
        {writing && reason && <Notice tone="warning">{t(m.rejectedFor, { reason })}</Notice>}
        {writing && <Checklist draft={draft} refused={problem?.fieldErrors ?? []} />}
        <FormProblem problem={problem} />
        <Stack gap={2}>
          {stepsOf(event.state).map((step) => (
            <Button
              key={step.kind}
              tone={step.tone}
              wide
              busy={busy === step.kind}
              onClick={() => (step.question ? setAsked(step) : void run(step))}
            >
              {t(step.label)}
            </Button>
          ))}
        </Stack>
        <Links draft={draft} />
      </Stack>
      {asked?.question && (
        <ConfirmDialog
          title={t(asked.question.title)}
          text={t(asked.question.text)}
          action={t(asked.label)}
          danger={asked.danger}
          run={() => take(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Card>
  );
}

function Links({ draft }: { draft: EventDraft }) {
  const t = useText();
  const { event } = useStore(draft.state);
  const params = { eventId: event.id };
  const open = event.state === EventState.PUBLISHED || event.state === EventState.LIVE;
  return (
    <nav aria-label={t(m.links)}>
      <Stack gap={2}>
        <ButtonLink to="/events/$eventId" params={params} icon="globe" tone="quiet" wide>
          {t(m.previewPage)}
        </ButtonLink>
        {open && (
          <ButtonLink
            to="/organize/events/$eventId/check-in"
            params={params}
            icon="qr"
            tone="quiet"
            wide
          >
            {t(m.checkIn)}
          </ButtonLink>
        )}
      </Stack>
    </nav>
  );
}
