/** What a form keeps of an unfinished entry: through a reload, in this tab, and no longer. */
export interface Draft<T> {
  read(): Partial<T>;
  write(values: T): void;
  clear(): void;
}

/** `leaveOut` names what must never be stored: passwords above all. */
export function draftIn<T extends object>(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  key: string,
  leaveOut: readonly (keyof T)[] = [],
): Draft<T> {
  const name = `plenary.draft.${key}`;
  return {
    read() {
      try {
        const found: unknown = JSON.parse(storage.getItem(name) ?? '{}');
        return typeof found === 'object' && found !== null ? found : {};
      } catch {
        return {};
      }
    },
    write(values) {
      const kept = Object.fromEntries(
        Object.entries(values).filter(([field]) => !leaveOut.includes(field as keyof T)),
      );
      try {
        storage.setItem(name, JSON.stringify(kept));
      } catch {
        // Full or forbidden: the form works, it only forgets.
      }
    },
    clear() {
      try {
        storage.removeItem(name);
      } catch {
        // See write().
      }
    },
  };
}
