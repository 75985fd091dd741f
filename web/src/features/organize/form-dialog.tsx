import { type ReactNode, useId } from 'react';
import type { Form } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Dialog } from '~/ui/dialog';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { m } from './messages';

interface FormDialogProps<V extends object> {
  form: Form<V>;
  title: string;
  description?: string;
  /** What the button says that sends it. */
  action: string;
  onClose: () => void;
  children: ReactNode;
}

/** A form that is asked for beside the page. Closing it loses nothing that was saved. */
export function FormDialog<V extends object>(props: FormDialogProps<V>) {
  const { form, title, description, action, onClose, children } = props;
  const t = useText();
  const formId = useId();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      {...(description && { description })}
      actions={
        <>
          <Button onClick={onClose}>{t(m.notNow)}</Button>
          <Button type="submit" form={formId} tone="primary" busy={form.submitting}>
            {action}
          </Button>
        </>
      }
    >
      <form {...form.props} id={formId}>
        <Stack gap={6}>
          {children}
          <FormProblem problem={form.problem} />
        </Stack>
      </form>
    </Dialog>
  );
}
