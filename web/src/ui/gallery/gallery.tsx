import { useState } from 'react';
import { RadioGroup } from '../choice';
import { Cluster, Page, PageHeader, Stack } from '../layout';
import { allStories } from './all-stories';
import styles from './gallery.module.css';
import type { Stories } from './story';

type Schemes = 'both' | 'light' | 'dark';

/** Every primitive in every state, light beside dark. Development only, so that its words are not in the catalogue. */
export function Gallery() {
  const only = new URLSearchParams(location.search).get('only');
  const [schemes, setSchemes] = useState<Schemes>('both');
  const shown = allStories.filter(({ title }) => !only || title === only);
  return (
    <Page width="wide">
      <PageHeader title="Gallery" lead="What the app is made of, in every state." />
      <Stack gap={8}>
        <Cluster justify="between">
          <RadioGroup<Schemes>
            label="Schemes"
            value={schemes}
            onChange={setSchemes}
            options={[
              { value: 'both', label: 'Light and dark' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </Cluster>
        {shown.map((stories) => (
          <StorySection key={stories.title} stories={stories} schemes={schemes} />
        ))}
      </Stack>
    </Page>
  );
}

function StorySection({ stories, schemes }: { stories: Stories; schemes: Schemes }) {
  const themes = schemes === 'both' ? (['light', 'dark'] as const) : [schemes];
  return (
    <section className={styles.section} aria-label={stories.title}>
      <h2>{stories.title}</h2>
      <div className={styles.sides}>
        {themes.map((theme) => (
          <div key={theme} data-theme={theme} className={styles.side}>
            {Object.entries(stories.states).map(([name, State]) => (
              <div key={name}>
                <p className={styles.name}>{name}</p>
                <State />
              </div>
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}
