import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Cover } from '~/ui/cover';
import { Field } from '~/ui/field';
import { FileDrop } from '~/ui/file-drop';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { Progress } from '~/ui/progress';
import styles from './cover-field.module.css';
import type { EventDraft } from './draft';
import { m } from './editor-messages';
import { PICTURE_KINDS, PICTURE_LIMIT_BYTES, useUpload } from './use-upload';

const ALT_MAX = 200;

export function CoverField({ draft }: { draft: EventDraft }) {
  const t = useText();
  const { event, values, errors } = useStore(draft.state);
  const upload = useUpload(event.id, (imageId) => draft.set('coverId', imageId));
  return (
    <Stack gap={4}>
      <Field
        label={t(m.cover)}
        hint={t(m.coverHint)}
        error={upload.error ?? errors.coverId}
        optional
      >
        <FileDrop
          accept={PICTURE_KINDS}
          limit_bytes={PICTURE_LIMIT_BYTES}
          onFile={upload.take}
          onRefused={upload.setError}
          preview={
            <Cover
              name={event.title}
              src={imageUrl('event', values.coverId)}
              alt={values.coverAlt}
              className={styles.cover}
            />
          }
        />
      </Field>
      {upload.busy && <Progress label={t(m.coverUploading)} />}
      {values.coverId && (
        <>
          <Field label={t(m.coverAlt)} hint={t(m.coverAltHint)} error={errors.coverAlt} optional>
            <TextInput
              autoComplete="off"
              maxLength={ALT_MAX}
              value={values.coverAlt}
              onChange={(change) => draft.set('coverAlt', change.target.value)}
            />
          </Field>
          <div>
            <Button size="small" tone="quiet" icon="trash" onClick={() => draft.set('coverId', '')}>
              {t(m.coverRemove)}
            </Button>
          </div>
        </>
      )}
    </Stack>
  );
}
