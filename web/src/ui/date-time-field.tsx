import { useMemo } from 'react';
import { useText } from '~/lib/i18n/text';
import { placeOfZone } from '~/lib/time';
import { instantOf, offsetLabel, type WallTime, wallTimeOf } from '~/lib/zoned';
import { Combobox } from './combobox';
import styles from './date-time-field.module.css';
import { Field } from './field';
import { TextInput } from './input';
import { m } from './messages';

interface DateTimeFieldProps {
  label: string;
  /** On the wall clock of `zone`, for example "2026-12-02T18:00"; "" when empty. lib/zoned turns it into an instant. */
  value: WallTime;
  onChange: (value: WallTime) => void;
  /** IANA name. */
  zone: string;
  /** Lets the zone be chosen here; without it the zone is only said. */
  onZoneChange?: (zone: string) => void;
  min?: WallTime;
  max?: WallTime;
  hint?: string;
  error?: string | undefined;
  optional?: boolean;
}

/** A date and time where it happens. Says so when clocks change and the time does not exist or comes twice. */
export function DateTimeField(props: DateTimeFieldProps) {
  const { label, value, onChange, zone, onZoneChange, hint, min, max } = props;
  const t = useText();
  const found = value ? instantOf(value, zone) : undefined;
  const notes = [hint];
  if (!onZoneChange && found)
    notes.push([...new Set([placeOfZone(zone), offsetLabel(found.instant, zone)])].join(', '));
  if (found?.kind === 'skipped') {
    notes.push(t(m.clocksSkip, { time: wallTimeOf(found.instant, zone).slice(11) }));
  }
  if (found?.kind === 'twice') notes.push(t(m.clocksRepeat));
  return (
    <div className={styles.row}>
      <Field
        label={label}
        error={props.error}
        optional={props.optional ?? false}
        hint={notes.filter(Boolean).join(' · ') || undefined}
      >
        <TextInput
          type="datetime-local"
          value={value}
          min={min}
          max={max}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      {onZoneChange && (
        <Field label={t(m.timeZone)}>
          <ZoneSelect value={zone} onChange={onZoneChange} at={found?.instant} />
        </Field>
      )}
    </div>
  );
}

interface ZoneSelectProps {
  value: string;
  onChange: (zone: string) => void;
  /** Offsets are those of this moment: zones change theirs over the year. */
  at: Date | undefined;
}

/** Every zone by its city, with what it is ahead of UTC. */
export function ZoneSelect({ value, onChange, at }: ZoneSelectProps) {
  const at_ms = at?.getTime();
  const options = useMemo(() => {
    const zones = new Set(['UTC', value, ...Intl.supportedValuesOf('timeZone')]);
    return [...zones].map((zone) => ({
      value: zone,
      label: zone.includes('/') ? `${placeOfZone(zone)} (${zone.split('/')[0]})` : zone,
      detail: at_ms === undefined ? '' : offsetLabel(new Date(at_ms), zone),
    }));
  }, [value, at_ms]);
  return <Combobox value={value} onChange={onChange} options={options} />;
}
