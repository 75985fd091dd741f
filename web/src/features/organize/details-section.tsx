import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { Field } from '~/ui/field';
import { TextArea, TextInput } from '~/ui/input';
import { CoverField } from './cover-field';
import { DescriptionField } from './description-field';
import type { EventDraft } from './draft';
import { m } from './editor-messages';
import { Section } from './section';

export interface DraftSectionProps {
  draft: EventDraft;
  disabled: boolean;
}

const SUMMARY_MAX = 200;
const TITLE_MAX = 120;

/** What the event is. */
export function DetailsSection({ draft, disabled }: DraftSectionProps) {
  const t = useText();
  const { values, errors } = useStore(draft.state);
  const left = Math.max(0, SUMMARY_MAX - [...values.summary].length);
  const titleError = values.title.trim() === '' ? t(m.titleMissing) : errors.title;
  return (
    <Section id="details" title={t(m.details)} disabled={disabled}>
      <Field label={t(m.title)} error={titleError}>
        <TextInput
          autoComplete="off"
          maxLength={TITLE_MAX}
          value={values.title}
          onChange={(event) => draft.set('title', event.target.value)}
        />
      </Field>
      <Field label={t(m.summary)} hint={t(m.summaryHint, { left })} error={errors.summary}>
        <TextArea
          rows={2}
          aria-required={false}
          maxLength={SUMMARY_MAX}
          value={values.summary}
          onChange={(event) => draft.set('summary', event.target.value)}
        />
      </Field>
      <DescriptionField
        value={values.descriptionMarkdown}
        error={errors.descriptionMarkdown}
        onChange={(text) => draft.set('descriptionMarkdown', text)}
      />
      <CoverField draft={draft} />
    </Section>
  );
}
