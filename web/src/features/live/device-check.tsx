import { useEffect, useRef } from 'react';
import { useText } from '~/lib/i18n/text';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { Select } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { Meter } from '~/ui/progress';
import { Notice } from '~/ui/states';
import styles from './device-check.module.css';
import { m } from './messages';
import { useLevel } from './use-level';
import type { Choice, DeviceCheck, DeviceTrouble } from './use-media-devices';

const troubleTexts: Readonly<Record<DeviceTrouble, (typeof m)[keyof typeof m]>> = {
  denied: m.devicesDenied,
  missing: m.devicesMissing,
  busy: m.devicesBusy,
};

interface HostCheckProps {
  check: DeviceCheck;
  choice: Choice;
  onChoose: (choice: Choice) => void;
  onRetry: () => void;
}

/** How a host looks and sounds, before anybody sees them. */
export function HostCheck({ check, choice, onChoose, onRetry }: HostCheckProps) {
  const t = useText();
  const stream = check.kind === 'ready' ? check.stream : undefined;
  const level = useLevel(stream);
  return (
    <div className={styles.check}>
      <Preview stream={stream} />
      <Stack gap={4}>
        {check.kind === 'asking' && <Notice icon="info">{t(m.devicesAsk)}</Notice>}
        {check.kind === 'trouble' && (
          <Notice
            tone="warning"
            action={
              <Button size="small" icon="refresh" onClick={onRetry}>
                {t(m.devicesTry)}
              </Button>
            }
          >
            {t(troubleTexts[check.trouble])}
          </Notice>
        )}
        {check.kind === 'ready' && (
          <>
            <DeviceSelect
              label={t(m.camera)}
              none={t(m.noCamera)}
              devices={check.cameras}
              value={choice.cameraId}
              onChange={(cameraId) => onChoose({ ...choice, cameraId })}
            />
            <DeviceSelect
              label={t(m.microphone)}
              none={t(m.noMicrophone)}
              devices={check.microphones}
              value={choice.microphoneId}
              onChange={(microphoneId) => onChoose({ ...choice, microphoneId })}
            />
            <Stack gap={2}>
              <Meter label={t(m.level)} value={level} />
              <p className={styles.hint}>{t(m.sayHello)}</p>
            </Stack>
          </>
        )}
      </Stack>
    </div>
  );
}

function Preview({ stream }: { stream: MediaStream | undefined }) {
  const t = useText();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream ?? null;
  }, [stream]);
  return (
    <video
      ref={video}
      className={styles.preview}
      aria-label={t(m.preview)}
      autoPlay
      muted
      playsInline
    />
  );
}

interface DeviceSelectProps {
  label: string;
  none: string;
  devices: MediaDeviceInfo[];
  value: string | undefined;
  onChange: (deviceId: string | undefined) => void;
}

function DeviceSelect({ label, none, devices, value, onChange }: DeviceSelectProps) {
  const t = useText();
  return (
    <Field label={label}>
      <Select
        value={value ?? devices[0]?.deviceId ?? ''}
        disabled={devices.length === 0}
        onChange={(event) => onChange(event.target.value || undefined)}
      >
        {devices.length === 0 && <option value="">{none}</option>}
        {devices.map((device, index) => (
          <option key={device.deviceId || index} value={device.deviceId}>
            {device.label || t(m.device, { number: index + 1 })}
          </option>
        ))}
      </Select>
    </Field>
  );
}

/** Whether an attendee will hear anything. */
export function SoundCheck() {
  const t = useText();
  return (
    <section className={styles.sound} aria-labelledby="sound-check">
      <Stack gap={2}>
        <h2 id="sound-check">{t(m.soundTitle)}</h2>
        <p className={styles.hint}>{t(m.soundText)}</p>
        <div>
          <Button icon="headphones" onClick={() => void playTone()}>
            {t(m.playTone)}
          </Button>
        </div>
      </Stack>
    </section>
  );
}

/** Two soft tones, made here: nothing to load. */
async function playTone(): Promise<void> {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.value = 0.15;
  volume.connect(context.destination);
  const tones = [523.25, 783.99].map((frequency, index) => {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + index * 0.35);
    tone.stop(context.currentTime + index * 0.35 + 0.3);
    return tone;
  });
  const last = tones.at(-1);
  if (last) last.onended = () => void context.close();
}
