import { useMemo } from 'react';
import { useNow } from '~/lib/clock';
import { localeStore } from '~/lib/i18n/locale';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { type TimeContext, viewerZone } from '~/lib/time';

/** The context that the functions of lib/time need: `momentInWords(start, useTimeWords())`. Renewed each minute. */
export function useTimeWords(zone = viewerZone()): TimeContext {
  const t = useText();
  const { formats } = useStore(localeStore);
  const minute = Math.floor(useNow().getTime() / 60_000);
  return useMemo(
    () => ({ t, zone, formats, now: new Date(minute * 60_000) }),
    [t, zone, formats, minute],
  );
}
