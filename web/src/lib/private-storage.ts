/**
 * What a device keeps for the person who is signed in, so that it is there without a network: their tickets. It is
 * gone when they sign out, here or elsewhere (app/providers), and never holds what opens an account.
 */
const PREFIX = 'plenary.private.';

export function keepPrivately(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch {
    // Full or forbidden: what is kept is a comfort, the server has the truth.
  }
}

export function readPrivately(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function forgetPrivate(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // See keepPrivately().
  }
}
