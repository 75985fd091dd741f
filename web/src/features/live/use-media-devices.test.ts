import { describe, expect, it } from 'vitest';
import { broughtAlong, type DeviceCheck } from './use-media-devices';

const both = { camera: true, microphone: true };
const neither = { camera: false, microphone: false };

describe('what is brought along', () => {
  const device = {} as MediaDeviceInfo;
  const ready = (cameras: number, microphones: number): DeviceCheck => ({
    kind: 'ready',
    stream: {} as MediaStream,
    cameras: Array<MediaDeviceInfo>(cameras).fill(device),
    microphones: Array<MediaDeviceInfo>(microphones).fill(device),
  });

  it('is what there is', () => {
    expect(broughtAlong(ready(2, 1))).toEqual(both);
    expect(broughtAlong(ready(0, 1))).toEqual({ camera: false, microphone: true });
    expect(broughtAlong(ready(1, 0))).toEqual({ camera: true, microphone: false });
  });

  it('is tried where it is not known yet, or was busy', () => {
    expect(broughtAlong({ kind: 'asking' })).toEqual(both);
    expect(broughtAlong({ kind: 'trouble', trouble: 'busy' })).toEqual(both);
  });

  it('is nothing where there is nothing, or nothing is allowed', () => {
    expect(broughtAlong({ kind: 'trouble', trouble: 'missing' })).toEqual(neither);
    expect(broughtAlong({ kind: 'trouble', trouble: 'denied' })).toEqual(neither);
  });
});
