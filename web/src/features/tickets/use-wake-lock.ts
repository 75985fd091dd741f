import { useEffect } from 'react';

/** Keeps the screen from dimming while `active`: a code that is about to be scanned must be bright. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    if (!active || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let left = false;
    navigator.wakeLock.request('screen').then(
      (granted) => {
        if (left) void granted.release();
        else lock = granted;
      },
      // Refused on low battery: the hint on the page remains.
      () => undefined,
    );
    return () => {
      left = true;
      void lock?.release();
    };
  }, [active]);
}
