import { useMemo } from 'react';
import type { Message } from '~/lib/i18n/messages';
import { useText } from '~/lib/i18n/text';
import type { FieldError } from '~/lib/problem/problem';
import { reasonTexts } from '~/lib/problem/reasons';

/** Turns checks by field into errors of a form: fields that are right are left out. */
export function useChecks(): <V extends object>(
  found: {
    [K in keyof V]?: Message | undefined;
  },
) => { [K in keyof V]?: string } {
  const t = useText();
  return useMemo(
    () => (found) =>
      Object.fromEntries(
        Object.entries(found).flatMap(([field, message]) =>
          message ? [[field, t(message as Message)]] : [],
        ),
      ) as never,
    [t],
  );
}

/** Words for what the server refuses at a field: ours where the reason has some, else its own. */
export function useDescribe(): (error: FieldError) => string {
  const t = useText();
  return ({ reason, description }) => {
    const texts: Readonly<Record<string, Message>> = reasonTexts;
    return texts[reason] ? t(texts[reason]) : description;
  };
}
