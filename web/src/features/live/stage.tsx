import { useEffect, useRef } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Notice } from '~/ui/states';
import type { Picture, Sound, Stage } from './call/media-room';
import { m } from './messages';
import styles from './stage.module.css';

interface StageViewProps {
  stage: Stage;
  isHost: boolean;
  mending: boolean;
  onHear: () => void;
}

/** Who is on stage: a shared screen large with the cameras beside it, or the cameras alone. */
export function StageView({ stage, isHost, mending, onHear }: StageViewProps) {
  const t = useText();
  const screens = stage.pictures.filter(({ kind }) => kind === 'screen');
  const cameras = stage.pictures.filter(({ kind }) => kind === 'camera');
  const layout = screens.length > 0 ? 'screen' : 'cameras';
  return (
    <section className={styles.stage} aria-label={t(m.stage)} data-mending={mending || undefined}>
      {stage.soundBlocked && (
        <div className={styles.hear}>
          <Notice
            icon="speaker"
            action={
              <Button size="small" tone="primary" onClick={onHear}>
                {t(m.hear)}
              </Button>
            }
          >
            {t(m.hearTitle)}
          </Notice>
        </div>
      )}
      <div className={styles.pictures} data-layout={layout} data-count={cameras.length}>
        {[...screens, ...cameras].map((picture) => (
          <Tile key={picture.id} picture={picture} />
        ))}
        {stage.pictures.length === 0 && (
          <p className={styles.empty}>{t(isHost ? m.stageEmptyHost : m.stageEmpty)}</p>
        )}
      </div>
      {mending && <p className={styles.overlay}>{t(m.mendingOverlay)}</p>}
      {stage.sounds.map((sound) => (
        <Listener key={sound.id} sound={sound} />
      ))}
    </section>
  );
}

function Tile({ picture }: { picture: Picture }) {
  const t = useText();
  const video = useRef<HTMLVideoElement>(null);
  const shown = useRef(picture);
  shown.current = picture;
  // The picture object is made anew with every look at the room; its id says whether it is another track.
  // biome-ignore lint/correctness/useExhaustiveDependencies: attached once for each track
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const attached = shown.current;
    attached.attach(element);
    return () => attached.detach(element);
  }, [picture.id]);
  const { kind, mine, name, speaking } = picture;
  const label = kind === 'screen' ? t(m.sharing, { name }) : mine ? t(m.you, { name }) : name;
  return (
    <figure
      className={styles.tile}
      data-kind={kind}
      data-mine={(mine && kind === 'camera') || undefined}
      data-speaking={speaking || undefined}
      data-paused={picture.paused || undefined}
    >
      <video ref={video} autoPlay playsInline muted aria-label={label} />
      {picture.paused && <p className={styles.paused}>{t(m.picturePaused)}</p>}
      <figcaption>{label}</figcaption>
    </figure>
  );
}

function Listener({ sound }: { sound: Sound }) {
  const audio = useRef<HTMLAudioElement>(null);
  const heard = useRef(sound);
  heard.current = sound;
  // biome-ignore lint/correctness/useExhaustiveDependencies: attached once for each track
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    const attached = heard.current;
    attached.attach(element);
    return () => attached.detach(element);
  }, [sound.id]);
  // biome-ignore lint/a11y/useMediaCaption: live speech; captions are shown when there are any
  return <audio ref={audio} autoPlay />;
}
