import { useState } from 'react';
import { Combobox } from './combobox';
import { DateTimeField } from './date-time-field';
import { Field } from './field';
import { FileDrop } from './file-drop';
import type { Stories } from './gallery/story';
import { Select, TextArea, TextInput } from './input';

const languages = [
  { value: 'fi', label: 'Finnish', detail: 'suomi' },
  { value: 'sv', label: 'Swedish', detail: 'svenska' },
  { value: 'de', label: 'German', detail: 'Deutsch' },
];

function ComboboxState() {
  const [value, setValue] = useState('sv');
  return (
    <Field label="Language of the talk">
      <Combobox value={value} onChange={setValue} options={languages} />
    </Field>
  );
}

function DateTimeState({ start }: { start: string }) {
  const [value, setValue] = useState(start);
  const [zone, setZone] = useState('Europe/Helsinki');
  return (
    <DateTimeField
      label="Starts"
      value={value}
      onChange={setValue}
      zone={zone}
      onZoneChange={setZone}
    />
  );
}

function FileState() {
  const [said, setSaid] = useState<string>();
  return (
    <Field label="Cover image" hint="16:9, at least 1600 pixels wide." error={said}>
      <FileDrop
        accept={['image/png']}
        limit_bytes={4_000_000}
        onFile={() => {}}
        onRefused={setSaid}
      />
    </Field>
  );
}

export const stories: Stories = {
  title: 'Field',
  states: {
    text: () => (
      <Field label="Title" hint="At most 80 characters.">
        <TextInput placeholder="What it is about" />
      </Field>
    ),
    error: () => (
      <Field label="Email" error="That is not an email address. Did you mean gmail.com?">
        <TextInput type="email" defaultValue="ada@gmail,com" />
      </Field>
    ),
    optional: () => (
      <Field label="Summary" optional>
        <TextArea placeholder="A sentence for the card" />
      </Field>
    ),
    password: () => (
      <Field label="Password" hint="10 characters or more.">
        <TextInput type="password" defaultValue="correct horse" />
      </Field>
    ),
    search: () => (
      <TextInput
        type="search"
        icon="search"
        aria-label="Search events"
        placeholder="Search events"
      />
    ),
    disabled: () => (
      <Field label="Organization">
        <TextInput disabled defaultValue="Nordic Rust Group" />
      </Field>
    ),
    select: () => (
      <Field label="Visibility">
        <Select defaultValue="public">
          <option value="public">Public</option>
          <option value="unlisted">Unlisted</option>
        </Select>
      </Field>
    ),
    combobox: ComboboxState,
    'date and time': () => <DateTimeState start="2026-12-02T18:00" />,
    'time that does not exist': () => <DateTimeState start="2026-03-29T03:30" />,
    'file drop': FileState,
  },
};
