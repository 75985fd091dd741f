import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Message } from '~/lib/i18n/messages';
import { createDecoder } from './decoder';
import { m } from './messages';

export type CameraState =
  | { kind: 'off' }
  | { kind: 'starting' }
  | { kind: 'on' }
  | { kind: 'failed'; why: Message };

/** Between two looks: faster than anybody can hold up the next ticket, slow enough for a phone's battery. */
const LOOK_MS = 150;

/** Why getUserMedia refused, and what to do about it. */
function cameraProblem(error: unknown): Message {
  switch ((error as DOMException | undefined)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return m.cameraDenied;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return m.cameraMissing;
    case 'NotReadableError':
    case 'AbortError':
      return m.cameraBusy;
    default:
      return m.cameraFailed;
  }
}

async function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
    audio: false,
  });
}

/**
 * Shows the camera in the video and calls `onCode` with each code that it sees, again and again. Off while `attempt`
 * is 0; another number starts anew.
 */
export function useCamera(
  attempt: number,
  onCode: (code: string) => void,
): { state: CameraState; video: RefObject<HTMLVideoElement | null> } {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<CameraState>({ kind: 'off' });
  const latest = useRef(onCode);
  useEffect(() => {
    latest.current = onCode;
  });
  useEffect(() => {
    if (attempt === 0) return setState({ kind: 'off' });
    if (!navigator.mediaDevices) return setState({ kind: 'failed', why: m.cameraInsecure });
    const stop = new AbortController();
    let stream: MediaStream | undefined;
    const run = async () => {
      setState({ kind: 'starting' });
      const [opened, decoder] = await Promise.all([openCamera(), createDecoder()]);
      stream = opened;
      const element = video.current;
      if (stop.signal.aborted || !element) return release(opened);
      element.srcObject = opened;
      await element.play();
      setState({ kind: 'on' });
      while (!stop.signal.aborted) {
        const code = await decoder.read(element).catch(() => undefined);
        if (code && !stop.signal.aborted) latest.current(code);
        await new Promise((resume) => setTimeout(resume, LOOK_MS));
      }
    };
    run().catch((error) => {
      if (!stop.signal.aborted) setState({ kind: 'failed', why: cameraProblem(error) });
    });
    return () => {
      stop.abort();
      if (stream) release(stream);
    };
  }, [attempt]);
  return { state, video };
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
