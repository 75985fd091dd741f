import type { Ticket } from '~/gen/plenary/ticketing/v1/ticket_service_pb';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { Stack } from '~/ui/layout';
import { Notice } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { m } from './messages';
import { QrCode } from './qr-code';
import { useWakeLock } from './use-wake-lock';

interface CodeDialogProps {
  ticket: Ticket;
  svg: string;
  text: string;
  onClose: () => void;
}

/** The code alone, as large as the window, for who stands at the door. The screen stays on. */
export function CodeDialog({ ticket, svg, text, onClose }: CodeDialogProps) {
  const t = useText();
  useWakeLock(true);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    showToast(t(m.codeCopied), { tone: 'success' });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={ticket.attendeeName}
      description={`${ticket.ticketTypeName} · ${ticket.eventTitle}`}
      actions={
        text && (
          <Button icon="copy" onClick={() => void copy()}>
            {t(m.codeCopy)}
          </Button>
        )
      }
    >
      <Stack gap={4}>
        <QrCode svg={svg} alt={t(m.code, { name: ticket.attendeeName })} />
        <Notice icon="sun">{t(m.brightness)}</Notice>
      </Stack>
    </Dialog>
  );
}
