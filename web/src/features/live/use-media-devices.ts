import { useCallback, useEffect, useState } from 'react';

/** What keeps somebody from being seen and heard. */
export type DeviceTrouble = 'denied' | 'missing' | 'busy';

export type DeviceCheck =
  | { kind: 'asking' }
  | { kind: 'trouble'; trouble: DeviceTrouble }
  | {
      kind: 'ready';
      stream: MediaStream;
      cameras: MediaDeviceInfo[];
      microphones: MediaDeviceInfo[];
    };

export interface Choice {
  cameraId: string | undefined;
  microphoneId: string | undefined;
}

const troubles: Readonly<Record<string, DeviceTrouble>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/**
 * What somebody who goes in now brings. Of devices that are still being opened nothing is known, and busy ones may be
 * free by then (after a reload the page before still holds them): they are tried, rather than left behind.
 */
export function broughtAlong(check: DeviceCheck): { camera: boolean; microphone: boolean } {
  if (check.kind === 'ready') {
    return { camera: check.cameras.length > 0, microphone: check.microphones.length > 0 };
  }
  const tried = check.kind === 'asking' || check.trouble === 'busy';
  return { camera: tried, microphone: tried };
}

/** Opens camera and microphone for the preview, and closes them with the page. */
export function useMediaDevices(active: boolean) {
  const [choice, setChoice] = useState<Choice>({ cameraId: undefined, microphoneId: undefined });
  const [check, setCheck] = useState<DeviceCheck>({ kind: 'asking' });
  const [attempt, setAttempt] = useState(0);
  const { cameraId, microphoneId } = choice;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` is there to try again
  useEffect(() => {
    if (!active) return;
    let opened: MediaStream | undefined;
    let over = false;
    setCheck({ kind: 'asking' });
    open(cameraId, microphoneId).then(
      async (stream) => {
        if (over) return stop(stream);
        opened = stream;
        const devices = await navigator.mediaDevices.enumerateDevices();
        if (over) return;
        const ofKind = (kind: MediaDeviceKind) => devices.filter((device) => device.kind === kind);
        const cameras = ofKind('videoinput');
        setCheck({ kind: 'ready', stream, cameras, microphones: ofKind('audioinput') });
      },
      (error: unknown) => {
        const name = error instanceof DOMException ? error.name : '';
        if (!over) setCheck({ kind: 'trouble', trouble: troubles[name] ?? 'missing' });
      },
    );
    return () => {
      over = true;
      if (opened) stop(opened);
    };
  }, [active, attempt, cameraId, microphoneId]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { check, choice, setChoice, retry };
}

/** Both, or the one that there is. */
async function open(cameraId?: string, microphoneId?: string): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException('no media devices', 'NotFoundError');
  const video = cameraId ? { deviceId: cameraId } : true;
  const audio = microphoneId ? { deviceId: microphoneId } : true;
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    if (!(error instanceof DOMException) || troubles[error.name] !== 'missing') throw error;
    return navigator.mediaDevices.getUserMedia({ audio });
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
