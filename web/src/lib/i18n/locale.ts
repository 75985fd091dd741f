import { createStore } from '~/lib/store';
import type { Part } from './icu';

/** A language that the catalogue can be shown in. */
export interface Locale {
  /** BCP 47; `en-XA` and `ar-XB` are the pseudo-locales that find text missing from the catalogue. */
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
  /** What dates and numbers are formatted in: the viewer's own region where its language is the text's language. */
  readonly formats: string;
  /** Translated texts by message id; a missing one falls back to English. */
  readonly texts: Readonly<Record<string, string>>;
  /** Rewrites every parsed message; only the pseudo-locales have one. */
  readonly transform?: (parts: readonly Part[]) => Part[];
}

/** English dates where the viewer's language is not English: half-translated dates read worst of all. */
const FALLBACK_FORMATS = 'en-GB';

export function englishFor(languages: readonly string[]): Locale {
  const formats = languages.find((tag) => /^en\b/i.test(tag)) ?? FALLBACK_FORMATS;
  return { tag: 'en', direction: 'ltr', formats, texts: {} };
}

export const localeStore = createStore<Locale>(englishFor(navigator.languages ?? []));

/** Shows the app in `locale` and tells the document. */
export function applyLocale(locale: Locale): void {
  document.documentElement.lang = locale.tag;
  document.documentElement.dir = locale.direction;
  localeStore.set(locale);
}

/** Applies `?locale=en-XA` or `?locale=ar-XB`. Loaded on demand, since visitors never need it. */
export async function applyRequestedLocale(search: string): Promise<void> {
  const tag = new URLSearchParams(search).get('locale');
  if (tag !== 'en-XA' && tag !== 'ar-XB') return;
  const { pseudoLocale } = await import('./pseudo');
  applyLocale(pseudoLocale(tag));
}
