import { expect, it } from 'vitest';
import { englishFor } from '~/lib/i18n/locale';
import { translate } from '~/lib/i18n/text';
import { rateInWords } from './rate';

it('writes rates as people read them', () => {
  const locale = englishFor(['en-GB']);
  const say = (bps: number) =>
    rateInWords(bps, 'en', (message, values) => translate(locale, message, values));
  expect(say(0)).toBe('0\u00a0kbit/s');
  expect(say(850_400)).toBe('850\u00a0kbit/s');
  expect(say(999_600)).toBe('1\u00a0Mbit/s');
  expect(say(1_240_000)).toBe('1.2\u00a0Mbit/s');
});
