import { useCallback, useRef } from 'react';
import { newRequestId } from '~/lib/ids';

/**
 * `requestIdFor(command)` is the same for the same command, so that a second click or a second try happens once, and
 * another for another: the server refuses an id that comes back with other words.
 */
export function useRequestIdFor(): (command: object) => string {
  const last = useRef<{ key: string; id: string }>(undefined);
  return useCallback((command) => {
    const key = JSON.stringify(command);
    if (last.current?.key !== key) last.current = { key, id: newRequestId() };
    return last.current.id;
  }, []);
}
