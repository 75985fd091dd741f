import { useQuery } from '@connectrpc/connect-query';
import { useId, useState } from 'react';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextArea } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { Prose } from '~/ui/prose';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState } from '~/ui/states';
import styles from './description-field.module.css';
import { m } from './editor-messages';

interface DescriptionFieldProps {
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

/** Markdown, and how the event's page will show it. */
export function DescriptionField({ value, error, onChange }: DescriptionFieldProps) {
  const t = useText();
  const previewId = useId();
  const [previewing, setPreviewing] = useState(false);
  return (
    <Stack gap={2}>
      <Field label={t(m.description)} hint={t(m.descriptionHint)} error={error}>
        <TextArea rows={10} value={value} onChange={(event) => onChange(event.target.value)} />
      </Field>
      <div>
        <Button
          size="small"
          aria-expanded={previewing}
          aria-controls={previewId}
          onClick={() => setPreviewing(!previewing)}
        >
          {t(m.showPreview)}
        </Button>
      </div>
      <div id={previewId} hidden={!previewing} className={styles.preview}>
        {previewing && <Preview markdown={value} />}
      </div>
    </Stack>
  );
}

function Preview({ markdown }: { markdown: string }) {
  const t = useText();
  const found = useQuery(
    EventService.method.previewDescription,
    { markdown },
    { enabled: markdown.trim() !== '', placeholderData: (former) => former },
  );
  if (markdown.trim() === '') return <p>{t(m.previewEmpty)}</p>;
  if (found.data) return <Prose html={found.data.html} />;
  if (found.isError) {
    return <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />;
  }
  return (
    <Loading>
      <Skeleton lines={3} />
    </Loading>
  );
}
