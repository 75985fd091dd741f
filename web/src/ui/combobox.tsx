import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useText } from '~/lib/i18n/text';
import styles from './combobox.module.css';
import { useFieldControl } from './field';
import { Icon } from './icon';
import inputStyles from './input.module.css';
import { m } from './messages';

export interface ComboboxOption {
  value: string;
  label: string;
  /** Said beside the label and searched as well: a zone's offset, a person's email. */
  detail?: string;
}

interface ComboboxProps {
  value: string;
  onChange: (value: string) => void;
  options: readonly ComboboxOption[];
  placeholder?: string;
  /** Names it where no Field does. */
  label?: string;
}

/** More than this many are not drawn; typing another letter brings the rest into reach. */
const SHOWN_MAX = 50;

function matching(options: readonly ComboboxOption[], query: string): readonly ComboboxOption[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = options.filter(({ label, detail }) => {
    const text = `${label} ${detail ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found.slice(0, SHOWN_MAX);
}

/** One of many, found by typing. Follows the ARIA combobox pattern with a list; focus stays in the input. */
export function Combobox({ value, onChange, options, placeholder, label }: ComboboxProps) {
  const t = useText();
  const control = useFieldControl();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState<string>();
  const [active, setActive] = useState(0);
  const open = query !== undefined;
  const found = open ? matching(options, query) : [];
  const chosen = options.find((option) => option.value === value);

  const show = (text: string) => {
    setQuery(text);
    setActive(Math.max(0, text ? 0 : options.findIndex((option) => option.value === value)));
  };
  const choose = (option: ComboboxOption | undefined) => {
    if (option) onChange(option.value);
    setQuery(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) show('');
      else setActive((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setQuery(undefined);
    }
  };

  return (
    <div className={styles.combobox}>
      <input
        {...control}
        ref={input}
        role="combobox"
        type="text"
        autoComplete="off"
        aria-label={label}
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={found[active] ? `${listId}-${active}` : undefined}
        className={inputStyles.input}
        placeholder={placeholder}
        value={query ?? chosen?.label ?? value}
        onClick={() => show('')}
        onChange={(event) => show(event.target.value)}
        onBlur={() => setQuery(undefined)}
        onKeyDown={onKeyDown}
      />
      <Icon name="chevronDown" size="small" />
      {/* Taking the press keeps the focus in the input. */}
      <div
        id={listId}
        role="listbox"
        aria-label={label ?? chosen?.label}
        className={styles.list}
        hidden={!open}
        onPointerDown={(event) => event.preventDefault()}
      >
        {found.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and handles every key
          <div
            key={option.value}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={option.value === value}
            data-active={index === active || undefined}
            className={styles.option}
            ref={
              index === active ? (element) => element?.scrollIntoView?.({ block: 'nearest' }) : null
            }
            onClick={() => choose(option)}
          >
            <span>{option.label}</span>
            {option.detail && <span className={styles.detail}>{option.detail}</span>}
          </div>
        ))}
        {open && found.length === 0 && <p className={styles.none}>{t(m.noMatch, { query })}</p>}
      </div>
    </div>
  );
}
