import { useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { FormProblem } from '~/ui/states';
import { m } from './editor-messages';

interface ConfirmDialogProps {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  run: () => Promise<void>;
  onClose: () => void;
}

/** Asks before what others feel or what cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, text, action, danger = false, run, onClose } = props;
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await run();
      onClose();
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={text}
      actions={
        <>
          <Button onClick={onClose}>{t(m.notNow)}</Button>
          <Button tone={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void submit()}>
            {action}
          </Button>
        </>
      }
    >
      <FormProblem problem={problem} />
    </Dialog>
  );
}
