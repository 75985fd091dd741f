import { defineMessages } from '~/lib/i18n/messages';
import type { Translate } from '~/lib/i18n/text';

const m = defineMessages('rate', {
  kilo: '{rate, number} kbit/s',
  mega: '{rate} Mbit/s',
});

/** "850 kbit/s", "1.2 Mbit/s" */
export function rateInWords(bps: number, formats: string, t: Translate): string {
  const kilo = Math.round(bps / 1000);
  if (kilo < 1000) return t(m.kilo, { rate: kilo });
  const digits = new Intl.NumberFormat(formats, { maximumFractionDigits: 1 });
  return t(m.mega, { rate: digits.format(bps / 1_000_000) });
}
