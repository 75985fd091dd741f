import { type FormEvent, useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { Icon } from '~/ui/icon';
import { TextInput } from '~/ui/input';
import { Cluster } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import styles from './filters.module.css';
import { m } from './messages';
import { type DiscoverSearch, WHENS } from './search';

/** What the times with a name are called. */
export const WHEN_WORDS = { live: m.liveNow, today: m.today, week: m.week, month: m.month };

interface FiltersProps {
  search: DiscoverSearch;
  onDays: (days: { from: string; to: string }) => void;
}

/** When: links, one of which is where one is, and days of one's own. */
export function Filters({ search, onDays }: FiltersProps) {
  const t = useText();
  const { q, when, from, to } = search;
  const words = q ? { q } : {};
  const own = Boolean(from || to);
  return (
    <div className={styles.filters}>
      <nav aria-label={t(m.when)}>
        <Cluster as="ul" role="list" gap={2}>
          <li>
            <Choice search={words} chosen={!when && !own}>
              {t(m.anyTime)}
            </Choice>
          </li>
          {WHENS.map((name) => (
            <li key={name}>
              <Choice search={{ ...words, when: name }} chosen={when === name}>
                {t(WHEN_WORDS[name])}
              </Choice>
            </li>
          ))}
        </Cluster>
      </nav>
      <details className={styles.days} open={own || undefined}>
        <summary>
          <Icon name="calendar" size="small" />
          {t(m.days)}
          <Icon name="chevronDown" size="small" />
        </summary>
        {/* Drawn anew where the address has other days: they are what the fields begin with. */}
        <Days key={`${from} ${to}`} from={from ?? ''} to={to ?? ''} onDays={onDays} />
      </details>
    </div>
  );
}

interface ChoiceProps {
  search: DiscoverSearch;
  chosen: boolean;
  children: string;
}

function Choice({ search, chosen, children }: ChoiceProps) {
  return (
    <ButtonLink
      to="/"
      search={search}
      resetScroll={false}
      size="small"
      tone={chosen ? 'secondary' : 'quiet'}
      activeOptions={{ exact: true, includeSearch: true }}
      {...(chosen && { icon: 'check' as const })}
    >
      {children}
    </ButtonLink>
  );
}

function Days({ from, to, onDays }: { from: string; to: string; onDays: FiltersProps['onDays'] }) {
  const t = useText();
  const [first, setFirst] = useState(from);
  const [last, setLast] = useState(to);
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (first && last && last < first) return setWrong(true);
    onDays({ from: first, to: last });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label={t(m.fromDay)}>
        <TextInput
          type="date"
          name="from"
          value={first}
          onChange={(event) => {
            setWrong(false);
            setFirst(event.target.value);
          }}
        />
      </Field>
      <Field label={t(m.toDay)} error={wrong ? t(m.daysWrong) : undefined}>
        <TextInput
          type="date"
          name="to"
          value={last}
          min={first || undefined}
          onChange={(event) => {
            setWrong(false);
            setLast(event.target.value);
          }}
        />
      </Field>
      <Button type="submit">{t(m.showDays)}</Button>
    </form>
  );
}
