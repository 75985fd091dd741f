/**
 * Ids as the server writes them, `<prefix>_<body>`, each its own type: an event's id cannot be passed where a ticket's
 * belongs. Generated messages carry plain strings; `parseId` is the way in.
 */
declare const kind: unique symbol;

export const idPrefixes = {
  event: 'evt',
  session: 'ses',
  speaker: 'spk',
  user: 'usr',
  organization: 'org',
  order: 'ord',
  ticket: 'tkt',
  ticketType: 'tty',
  hold: 'hld',
  room: 'rm',
  message: 'msg',
  notice: 'ntf',
  image: 'img',
} as const;

export type IdKind = keyof typeof idPrefixes;
export type Id<K extends IdKind> = string & { readonly [kind]: K };

const BODY = /^[0-9a-z]+$/;

/** The id, or undefined when `text` is none of that kind: a mistyped address is "not found", not an error. */
export function parseId<K extends IdKind>(idKind: K, text: string): Id<K> | undefined {
  const prefix = `${idPrefixes[idKind]}_`;
  return text.startsWith(prefix) && BODY.test(text.slice(prefix.length))
    ? (text as Id<K>)
    : undefined;
}

/** A fresh `request_id` for a command: repeated with the same one, the command happens once. */
export function newRequestId(): string {
  return crypto.randomUUID();
}
