import { useMutation } from '@connectrpc/connect-query';
import { useId } from 'react';
import type { EventSummary } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { Field } from '~/ui/field';
import { TextArea } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { m } from './messages';

interface SendBackDialogProps {
  event: EventSummary;
  onClose: () => void;
  onDone: () => void;
}

const REASON_MAX = 1000;

/** Sends an event back to its team, never without saying why. */
export function SendBackDialog({ event, onClose, onDone }: SendBackDialogProps) {
  const t = useText();
  const formId = useId();
  const requestIdFor = useRequestIdFor();
  const reject = useMutation(EventService.method.rejectEvent);
  const form = useForm({
    initial: { reason: '' },
    draftKey: `send-back.${event.id}`,
    validate: ({ reason }) => {
      const length = [...reason.trim()].length;
      if (length === 0) return { reason: t(m.reasonMissing) };
      return length > REASON_MAX ? { reason: t(m.reasonLong) } : {};
    },
    submit: async ({ reason }) => {
      const command = { eventId: event.id, reason: reason.trim() };
      await reject.mutateAsync({ ...command, requestId: requestIdFor(command) });
      onDone();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(m.sendBackTitle, { event: event.title })}
      description={t(m.sendBackText)}
      actions={
        <>
          <Button onClick={onClose}>{t(m.keep)}</Button>
          <Button type="submit" form={formId} tone="primary" busy={form.submitting}>
            {t(m.sendBack)}
          </Button>
        </>
      }
    >
      <form {...form.props} id={formId}>
        <Stack gap={4}>
          <Field label={t(m.reason)} hint={t(m.reasonHint)} error={form.errors.reason}>
            <TextArea rows={4} {...form.text('reason')} />
          </Field>
          <FormProblem problem={form.problem} />
        </Stack>
      </form>
    </Dialog>
  );
}
