/**
 * The text catalogue. Every area keeps its English source text beside its code, in a `messages.ts` made with
 * `defineMessages`; ids are `<area>.<name>`, so that a translation is a flat table from id to ICU MessageFormat.
 */
export interface Message {
  readonly id: string;
  /** ICU MessageFormat in English, for example "{count, plural, one {# seat} other {# seats}} left". */
  readonly text: string;
}

const known = new Map<string, Message>();

/** Declares an area's texts: `const m = defineMessages('discover', { title: 'What is on' })`, then `t(m.title)`. */
export function defineMessages<const T extends Record<string, string>>(
  area: string,
  texts: T,
): { readonly [K in keyof T]: Message } {
  const messages = Object.entries(texts).map(([name, text]) => {
    const message: Message = { id: `${area}.${name}`, text };
    known.set(message.id, message);
    return [name, message];
  });
  return Object.fromEntries(messages);
}

/** Every message whose module has been loaded; the catalogue test imports them all. */
export function knownMessages(): readonly Message[] {
  return [...known.values()];
}
