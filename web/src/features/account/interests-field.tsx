import { type KeyboardEvent, useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { Icon } from '~/ui/icon';
import { TextInput } from '~/ui/input';
import { Cluster, Stack } from '~/ui/layout';
import styles from './interests-field.module.css';
import { m } from './messages';

const COUNT_MAX = 20;
const LENGTH_MAX = 40;

interface InterestsFieldProps {
  value: readonly string[];
  onChange: (interests: string[]) => void;
  error?: string | undefined;
}

/** Some words, one after the other: Enter or a comma takes one, its button takes it away again. */
export function InterestsField({ value, onChange, error }: InterestsFieldProps) {
  const t = useText();
  const [text, setText] = useState('');
  const full = value.length >= COUNT_MAX;
  const long = [...text.trim()].length > LENGTH_MAX;
  const refusal = long ? t(m.interestLong) : full && text ? t(m.interestMax) : error;

  const add = () => {
    const word = text.trim();
    if (!word || long || full) return;
    const known = value.some((one) => one.toLowerCase() === word.toLowerCase());
    if (!known) onChange([...value, word]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      add();
    } else if (event.key === 'Backspace' && text === '' && value.length > 0) {
      onChange(value.slice(0, -1));
    }
  };
  return (
    <Stack gap={2}>
      <Field label={t(m.interests)} hint={t(m.interestsHint)} error={refusal} optional>
        <div className={styles.row}>
          <TextInput
            value={text}
            autoComplete="off"
            enterKeyHint="enter"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={add}
          />
          <Button onClick={add}>{t(m.interestAdd)}</Button>
        </div>
      </Field>
      {value.length > 0 && (
        <Cluster as="ul" role="list" gap={2}>
          {value.map((interest) => (
            <li key={interest}>
              <button
                type="button"
                className={styles.chip}
                aria-label={t(m.interestRemove, { interest })}
                onClick={() => onChange(value.filter((one) => one !== interest))}
              >
                {interest}
                <Icon name="close" size="small" />
              </button>
            </li>
          ))}
        </Cluster>
      )}
    </Stack>
  );
}
