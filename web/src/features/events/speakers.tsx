import type { Speaker } from '~/gen/plenary/events/v1/event_pb';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { Avatar } from '~/ui/avatar';
import { Grid } from '~/ui/layout';
import { m } from './messages';
import styles from './speakers.module.css';

/** Who speaks, and what each tells of themselves.. */
export function Speakers({ speakers }: { speakers: readonly Speaker[] }) {
  const t = useText();
  return (
    <section aria-labelledby="speakers">
      <h2 id="speakers">{t(m.speakers)}</h2>
      <Grid as="ul" role="list" column="normal">
        {speakers.map((speaker) => (
          <li key={speaker.id} className={styles.speaker}>
            <Avatar name={speaker.name} src={imageUrl('event', speaker.picture?.id)} size="large" />
            <div className={styles.words}>
              <h3 className={styles.name}>{speaker.name}</h3>
              {speaker.tagline && <p className={styles.tagline}>{speaker.tagline}</p>}
              {speaker.biography && <p className={styles.biography}>{speaker.biography}</p>}
            </div>
          </li>
        ))}
      </Grid>
    </section>
  );
}
