import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { DateTimeField, ZoneSelect } from '~/ui/date-time-field';
import { Field } from '~/ui/field';
import { Grid } from '~/ui/layout';
import type { DraftSectionProps } from './details-section';
import { instantIn, timesFit } from './draft';
import { m } from './editor-messages';
import { Section } from './section';

/** When the event is, on the clocks of its own place. */
export function WhenSection({ draft, disabled }: DraftSectionProps) {
  const t = useText();
  const { values, errors } = useStore(draft.state);
  const { start, end, timeZone } = values;
  const early = start && end && !timesFit(values);
  return (
    <Section id="when" title={t(m.when)} disabled={disabled}>
      <Grid gap={4}>
        <DateTimeField
          label={t(m.start)}
          value={start}
          zone={timeZone}
          onChange={(wall) => draft.set('start', wall)}
          error={errors.start ?? (end && !start ? t(m.startMissing) : undefined)}
        />
        <DateTimeField
          label={t(m.end)}
          value={end}
          zone={timeZone}
          onChange={(wall) => draft.set('end', wall)}
          error={errors.end ?? (early ? t(m.endEarly) : undefined)}
          {...(start && !end && { hint: t(m.endMissing) })}
        />
      </Grid>
      <Field label={t(m.zone)} hint={t(m.zoneHint)} error={errors.timeZone}>
        <ZoneSelect
          value={timeZone}
          onChange={(zone) => draft.set('timeZone', zone)}
          at={instantIn(start, timeZone)}
        />
      </Field>
    </Section>
  );
}
