import type { Part } from './icu';
import type { Locale } from './locale';

const accents: Readonly<Record<string, string>> = {
  a: 'á',
  b: 'ƀ',
  c: 'ç',
  d: 'ð',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'î',
  k: 'ķ',
  l: 'ļ',
  n: 'ñ',
  o: 'ö',
  r: 'ŕ',
  s: 'š',
  t: 'ţ',
  u: 'û',
  w: 'ŵ',
  y: 'ý',
  z: 'ž',
  A: 'Å',
  C: 'Ç',
  D: 'Ð',
  E: 'É',
  I: 'Î',
  N: 'Ñ',
  O: 'Ö',
  S: 'Š',
  T: 'Ţ',
  U: 'Û',
  W: 'Ŵ',
  Y: 'Ý',
};

/** Accented and a third longer: what stays plain is not in the catalogue, what breaks has no room for German. */
function accented(text: string): string {
  const letters = [...text].map((letter) => accents[letter] ?? letter).join('');
  const words = text.trim().length;
  return words < 4 ? letters : letters + '~'.repeat(Math.ceil(words / 3));
}

/** Forces the right-to-left reading order without changing a letter. */
function mirrored(text: string): string {
  return text.trim() === '' ? text : `\u202e${text}\u202c`;
}

function rewrite(parts: readonly Part[], change: (text: string) => string): Part[] {
  return parts.map((part) => {
    if (part.kind === 'text') return { ...part, text: change(part.text) };
    if (part.kind === 'tag') return { ...part, parts: rewrite(part.parts, change) };
    if (part.kind !== 'choice') return part;
    const cases = [...part.cases].map(([key, parts]) => [key, rewrite(parts, change)] as const);
    return { ...part, cases: new Map(cases) };
  });
}

/** `en-XA` shows accents and length, `ar-XB` the layout from right to left. */
export function pseudoLocale(tag: 'en-XA' | 'ar-XB'): Locale {
  const change = tag === 'en-XA' ? accented : mirrored;
  return {
    tag,
    direction: tag === 'ar-XB' ? 'rtl' : 'ltr',
    formats: 'en-GB',
    texts: {},
    transform: (parts) => rewrite(parts, change),
  };
}
