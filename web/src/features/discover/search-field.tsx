import { useEffect, useRef, useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { IconButton } from '~/ui/button';
import { TextInput } from '~/ui/input';
import { m } from './messages';
import styles from './search-field.module.css';

interface SearchFieldProps {
  /** What is searched for now, as the address says. */
  value: string;
  onSearch: (query: string) => void;
}

/** Long enough that a word is one search, short enough to feel immediate. */
const PAUSE_MS = 250;

/** Searches while one types. The address is the truth: going back shows the former words here, too. */
export function SearchField({ value, onSearch }: SearchFieldProps) {
  const t = useText();
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const search = (query: string) => {
    clearTimeout(timer.current);
    sent.current = query.trim();
    onSearch(sent.current);
  };
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(next), PAUSE_MS);
  };
  return (
    <search className={styles.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search(text);
        }}
      >
        <TextInput
          type="search"
          icon="search"
          name="q"
          aria-label={t(m.search)}
          placeholder={t(m.searchHint)}
          autoComplete="off"
          enterKeyHint="search"
          className={styles.input}
          value={text}
          onChange={(event) => type(event.target.value)}
        />
        {text && (
          <IconButton
            icon="close"
            label={t(m.clear)}
            className={styles.clear}
            onClick={() => {
              setText('');
              search('');
            }}
          />
        )}
      </form>
    </search>
  );
}
