import { useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Stack } from '~/ui/layout';
import { Notice } from '~/ui/states';
import styles from './camera-view.module.css';
import { m } from './messages';
import { useCamera } from './use-camera';

interface CameraViewProps {
  onCode: (code: string) => void;
  /** From the click that starts it: sound is allowed from here on. */
  onStart: () => void;
}

/** Shows the camera and reads codes off it. */
export function CameraView({ onCode, onStart }: CameraViewProps) {
  const t = useText();
  const [attempt, setAttempt] = useState(0);
  const { state, video } = useCamera(attempt, onCode);
  const running = state.kind === 'starting' || state.kind === 'on';
  return (
    <Stack gap={4}>
      <div className={styles.frame} hidden={!running}>
        <video
          ref={video}
          muted
          playsInline
          className={styles.video}
          aria-label={t(m.cameraView)}
        />
        <span className={styles.target} aria-hidden="true" />
        <p className={styles.hint}>
          {t(state.kind === 'starting' ? m.cameraStarting : m.cameraHint)}
        </p>
      </div>
      {state.kind === 'failed' && <Notice tone="warning">{t(state.why)}</Notice>}
      <Button
        icon={running ? 'cameraOff' : 'camera'}
        tone={running ? 'secondary' : 'primary'}
        wide
        onClick={() => {
          onStart();
          setAttempt(running ? 0 : attempt + 1);
        }}
      >
        {t(running ? m.cameraStop : m.cameraStart)}
      </Button>
    </Stack>
  );
}
