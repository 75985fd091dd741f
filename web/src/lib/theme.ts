import { createStore } from '~/lib/store';

/** What the viewer has chosen; `system` follows the device. public/theme.js applies it before the first paint. */
export interface Theme {
  scheme: 'system' | 'light' | 'dark';
  contrast: 'system' | 'more' | 'normal';
}

const STORAGE_KEY = 'plenary.theme';

function readTheme(): Theme {
  const fallback: Theme = { scheme: 'system', contrast: 'system' };
  try {
    return { ...fallback, ...JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') };
  } catch {
    return fallback;
  }
}

export const themeStore = createStore<Theme>(readTheme());

export function chooseTheme(change: Partial<Theme>): void {
  const theme = { ...themeStore.get(), ...change };
  themeStore.set(theme);
  const root = document.documentElement;
  if (theme.scheme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme.scheme;
  if (theme.contrast === 'system') delete root.dataset.contrast;
  else root.dataset.contrast = theme.contrast;
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(theme));
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}
