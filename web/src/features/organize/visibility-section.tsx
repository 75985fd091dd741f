import { EventVisibility } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { RadioGroup } from '~/ui/choice';
import type { DraftSectionProps } from './details-section';
import { m } from './editor-messages';
import { Guests } from './guests';
import { Section } from './section';

/** Who can find and open it. */
export function VisibilitySection({ draft, disabled }: DraftSectionProps) {
  const t = useText();
  const { event, values } = useStore(draft.state);
  const options = [
    { value: EventVisibility.PUBLIC, label: t(m.public), hint: t(m.publicHint) },
    { value: EventVisibility.UNLISTED, label: t(m.unlisted), hint: t(m.unlistedHint) },
    { value: EventVisibility.PRIVATE, label: t(m.private), hint: t(m.privateHint) },
  ];
  return (
    <Section id="visibility" title={t(m.visibility)} disabled={disabled}>
      <RadioGroup
        label={t(m.visibility)}
        look="cards"
        value={String(values.visibility)}
        onChange={(next) => draft.set('visibility', Number(next) as EventVisibility)}
        options={options.map((option) => ({ ...option, value: String(option.value), disabled }))}
      />
      {values.visibility === EventVisibility.PRIVATE && <Guests eventId={event.id} />}
    </Section>
  );
}
