import { useState } from 'react';
import { Cover } from './cover';
import type { Stories } from './gallery/story';
import { Grid } from './layout';
import { Prose } from './prose';
import { Stepper } from './stepper';

function StepperState() {
  const [value, setValue] = useState(1);
  return <Stepper label="Regular" value={value} max={4} onChange={setValue} />;
}

export const stories: Stories = {
  title: 'Content',
  states: {
    'cover without a picture': () => (
      <Grid column="narrow">
        {['Ownership', 'Typography', 'Cold starts', 'Accessible charts'].map((name) => (
          <figure key={name}>
            <Cover name={name} />
            <figcaption>{name}</figcaption>
          </figure>
        ))}
      </Grid>
    ),
    'cover with a picture': () => (
      <figure>
        <Cover
          name="Plenary"
          src="/favicon.svg"
          alt="Two rows around a stage"
          width={320}
          height={180}
        />
        <figcaption>Plenary</figcaption>
      </figure>
    ),
    prose: () => (
      <Prose
        html={
          '<p>Three talks with <strong>time to ask</strong>, see <a href="https://example.org">the notes</a>.</p>' +
          '<h2>What to bring</h2><ul><li>A question</li><li>A laptop, if you <em>want</em> to follow</li></ul>' +
          '<blockquote><p>Best evening of the year.</p></blockquote><pre><code>let stage = open();</code></pre>'
        }
      />
    ),
    stepper: StepperState,
  },
};
