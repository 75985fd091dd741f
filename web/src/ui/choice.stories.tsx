import { useState } from 'react';
import { Checkbox, RadioGroup, Switch } from './choice';
import { FieldGroup } from './field';
import type { Stories } from './gallery/story';
import { Stack } from './layout';

function Checkboxes() {
  const [checked, setChecked] = useState(true);
  return (
    <Stack gap={0}>
      <Checkbox label="Remind me before it starts" checked={checked} onChange={setChecked} />
      <Checkbox
        label="News of the organizer"
        hint="A few times a year."
        checked={!checked}
        onChange={() => setChecked(!checked)}
      />
      <Checkbox label="Not possible here" checked={false} onChange={() => {}} disabled />
    </Stack>
  );
}

function Switches() {
  const [on, setOn] = useState(true);
  return (
    <Stack gap={0}>
      <Switch
        label="Captions"
        hint="When the speaker's language has them."
        checked={on}
        onChange={setOn}
      />
      <Switch label="Audio only" checked={!on} onChange={() => setOn(!on)} />
    </Stack>
  );
}

function Radios({ look }: { look: 'plain' | 'cards' }) {
  const [value, setValue] = useState('public');
  return (
    <FieldGroup legend="Who can find it">
      <RadioGroup
        label="Who can find it"
        look={look}
        value={value}
        onChange={setValue}
        options={[
          { value: 'public', label: 'Public', hint: 'Anybody, on the start page.' },
          { value: 'unlisted', label: 'Unlisted', hint: 'Whoever has the link.' },
          { value: 'private', label: 'Private', hint: 'Guests that you invite.' },
        ]}
      />
    </FieldGroup>
  );
}

export const stories: Stories = {
  title: 'Choice',
  states: {
    checkbox: Checkboxes,
    switch: Switches,
    radio: () => <Radios look="plain" />,
    'radio cards': () => <Radios look="cards" />,
  },
};
