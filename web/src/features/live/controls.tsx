import { useEffect, useRef } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button, IconButton } from '~/ui/button';
import { showToast } from '~/ui/toast';
import type { Call } from './call/call';
import type { Stage } from './call/media-room';
import styles from './controls.module.css';
import { m } from './messages';

interface ControlsProps {
  call: Call;
  stage: Stage;
  canPublish: boolean;
  onLeave: () => void;
  onEnd: (() => void) | undefined;
}

/** Everything one does in the room, in one bar. M, C and S switch while nothing is being typed. */
export function Controls({ call, stage, canPublish, onLeave, onEnd }: ControlsProps) {
  const t = useText();
  const attempt = (act: Promise<void>) => {
    act.catch(() => showToast(t(m.deviceFailed), { tone: 'danger' }));
  };
  const microphone = () => attempt(call.setMicrophone(!stage.microphone));
  const camera = () => attempt(call.setCamera(!stage.camera));
  // Whoever closes the browser's own window picker has changed their mind: that is no failure.
  const screen = () => void call.setScreen(!stage.screen).catch(() => undefined);
  useShortcuts(canPublish ? { m: microphone, c: camera, s: screen } : {});
  return (
    <div className={styles.controls} role="toolbar" aria-label={t(m.controls)}>
      {canPublish && (
        <>
          <IconButton
            icon={stage.microphone ? 'microphone' : 'microphoneOff'}
            label={t(stage.microphone ? m.muteMicrophone : m.unmuteMicrophone)}
            shortcut="M"
            tone={stage.microphone ? 'secondary' : 'danger'}
            onClick={microphone}
          />
          <IconButton
            icon={stage.camera ? 'camera' : 'cameraOff'}
            label={t(stage.camera ? m.stopCamera : m.startCamera)}
            shortcut="C"
            tone={stage.camera ? 'secondary' : 'danger'}
            onClick={camera}
          />
          <IconButton
            icon="screen"
            label={t(stage.screen ? m.stopScreen : m.startScreen)}
            shortcut="S"
            tone={stage.screen ? 'danger' : 'secondary'}
            onClick={screen}
          />
        </>
      )}
      <Button icon="leave" onClick={onLeave}>
        {t(m.leave)}
      </Button>
      {onEnd && (
        <Button tone="danger" onClick={onEnd}>
          {t(m.endForAll)}
        </Button>
      )}
    </div>
  );
}

function useShortcuts(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element &&
        event.target.closest('input, textarea, select, [role=dialog]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const act = current.current[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
