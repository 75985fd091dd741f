import { Fragment, type ReactNode, useMemo } from 'react';
import { useStore } from '~/lib/store';
import { formatParts, type Part, parseMessage, type Values } from './icu';
import { type Locale, localeStore } from './locale';
import type { Message } from './messages';

export type TextValues = Readonly<Record<string, string | number | bigint>>;
/** Formats a message in the viewer's language. */
export type Translate = (message: Message, values?: TextValues) => string;

/** Parsing costs more than formatting; a page shows a few hundred messages, so that nothing is ever evicted. */
const parsed = new WeakMap<Locale, Map<string, Part[]>>();

function partsOf(locale: Locale, message: Message): Part[] {
  const known = parsed.get(locale) ?? new Map<string, Part[]>();
  parsed.set(locale, known);
  const found = known.get(message.id);
  if (found) return found;
  const plain = parseMessage(locale.texts[message.id] ?? message.text);
  const parts = locale.transform?.(plain) ?? plain;
  known.set(message.id, parts);
  return parts;
}

/** For code outside React; inside, use `useText`, which follows a change of language. */
export function translate(locale: Locale, message: Message, values: TextValues = {}): string {
  return formatParts<never>(partsOf(locale, message), values, locale.formats).join('');
}

/** `const t = useText(); t(m.seatsLeft, { count: 3 })` */
export function useText(): Translate {
  const locale = useStore(localeStore);
  return useMemo(() => (message, values) => translate(locale, message, values), [locale]);
}

interface TextProps {
  message: Message;
  /** Values, and for each `<tag>…</tag>` of the message a function from its content to an element. */
  values?: Values<ReactNode>;
}

/** A message with elements in it: `"Read <link>the rules</link>"` with `values={{ link: (c) => <a …>{c}</a> }}`. */
export function Text({ message, values = {} }: TextProps): ReactNode {
  const locale = useStore(localeStore);
  const pieces = formatParts<ReactNode>(partsOf(locale, message), values, locale.formats);
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one message never change places
  return pieces.map((piece, index) => <Fragment key={index}>{piece}</Fragment>);
}
