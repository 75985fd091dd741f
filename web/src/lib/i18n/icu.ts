/**
 * The part of ICU MessageFormat that the catalogue uses: arguments, number, plural, selectordinal, select, `#`, tags
 * and apostrophe quoting. Here and not from intl-messageformat because that weighs 12 kB compressed on every public
 * page where this is one; icu.test.ts holds the two against each other over the whole catalogue.
 */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'argument'; name: string }
  | { kind: 'number'; name: string; percent: boolean }
  | {
      kind: 'choice';
      name: string;
      by: 'cardinal' | 'ordinal' | 'value';
      cases: Map<string, Part[]>;
    }
  /** `#`: the number of the plural around it. */
  | { kind: 'count' }
  | { kind: 'tag'; name: string; parts: Part[] };

/** A text that is no valid message: a bug of who wrote it, found by the catalogue's test. */
export class MessageSyntaxError extends Error {}

const NAME = /[\w-]+/y;
const CASE_KEY = /=?[\w-]+/y;
const SPACE = /\s*/y;

class Parser {
  #at = 0;
  constructor(readonly text: string) {}

  /** Reads parts up to the end, the `}` of a case, or a closing tag. */
  parts(inPlural: boolean, tag?: string): Part[] {
    const parts: Part[] = [];
    let text = '';
    const endText = () => {
      if (text) parts.push({ kind: 'text', text });
      text = '';
    };
    while (this.#at < this.text.length) {
      const character = this.text[this.#at];
      if (character === '}' || this.text.startsWith('</', this.#at)) break;
      if (character === "'") {
        text += this.#quoted(inPlural);
        continue;
      }
      if (character === '{') {
        endText();
        parts.push(this.#placeholder());
      } else if (character === '#' && inPlural) {
        endText();
        this.#at += 1;
        parts.push({ kind: 'count' });
      } else if (character === '<' && /[a-z]/i.test(this.text[this.#at + 1] ?? '')) {
        endText();
        parts.push(this.#tag(inPlural));
      } else {
        text += character;
        this.#at += 1;
      }
    }
    endText();
    if (tag === undefined && this.text.startsWith('</', this.#at))
      this.#fail('a tag that was not opened');
    return parts;
  }

  end(): void {
    if (this.#at < this.text.length) this.#fail('a brace that was not opened');
  }

  /** An apostrophe quotes only before a character of the syntax; two are always one. */
  #quoted(inPlural: boolean): string {
    this.#at += 1;
    const next = this.text[this.#at];
    if (next === "'") {
      this.#at += 1;
      return "'";
    }
    if (next === undefined || !(inPlural ? '{}<>#' : '{}<>').includes(next)) return "'";
    let text = '';
    while (this.#at < this.text.length) {
      const character = this.text[this.#at];
      this.#at += 1;
      if (character !== "'") text += character;
      else if (this.text[this.#at] === "'") {
        text += "'";
        this.#at += 1;
      } else break;
    }
    return text;
  }

  #placeholder(): Part {
    this.#expect('{');
    const name = this.#word(NAME);
    if (this.#taken('}')) return { kind: 'argument', name };
    this.#expect(',');
    const type = this.#word(NAME);
    if (type === 'number') {
      const percent = this.#taken(',') && this.#word(NAME) === 'percent';
      this.#expect('}');
      return { kind: 'number', name, percent };
    }
    const by = ({ plural: 'cardinal', selectordinal: 'ordinal', select: 'value' } as const)[type];
    if (!by) this.#fail(`the type "${type}"`);
    this.#expect(',');
    const cases = new Map<string, Part[]>();
    while (!this.#taken('}')) {
      const key = this.#word(CASE_KEY);
      this.#expect('{');
      cases.set(key, this.parts(by !== 'value'));
      this.#expect('}', false);
    }
    if (!cases.has('other')) this.#fail('no case "other"');
    return { kind: 'choice', name, by, cases };
  }

  #tag(inPlural: boolean): Part {
    this.#expect('<');
    const name = this.#word(NAME);
    this.#expect('>');
    const parts = this.parts(inPlural, name);
    if (!this.text.startsWith(`</${name}>`, this.#at)) this.#fail(`<${name}> is not closed`);
    this.#at += name.length + 3;
    return { kind: 'tag', name, parts };
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.text)?.[0].length ?? 0;
  }

  #word(pattern: RegExp): string {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.text)?.[0];
    if (!word) this.#fail('a name is missing');
    this.#at += word.length;
    this.#skipSpace();
    return word;
  }

  #taken(token: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string, skipSpace = true): void {
    if (skipSpace) this.#skipSpace();
    if (this.text[this.#at] !== token) this.#fail(`"${token}" is missing`);
    this.#at += 1;
  }

  #fail(what: string): never {
    throw new MessageSyntaxError(`${what} at ${this.#at} in "${this.text}"`);
  }
}

/** Throws MessageSyntaxError. */
export function parseMessage(text: string): Part[] {
  const parser = new Parser(text);
  const parts = parser.parts(false);
  parser.end();
  return parts;
}

/** What a message is filled with. `Node` is what tags make: nothing in a string, elements in React. */
export type Values<Node> = Readonly<
  Record<string, string | number | bigint | Date | Node | ((content: (string | Node)[]) => Node)>
>;

/** The pieces of the finished text, in order; neighbouring strings are joined. */
export function formatParts<Node>(
  parts: readonly Part[],
  values: Values<Node>,
  locale: string,
  count?: number,
): (string | Node)[] {
  const pieces: (string | Node)[] = [];
  const add = (piece: string | Node) => {
    const last = pieces.length - 1;
    if (typeof piece === 'string' && typeof pieces[last] === 'string') pieces[last] += piece;
    else pieces.push(piece);
  };
  const required = (name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the message needs a value for "${name}"`);
    return value;
  };
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        add(part.text);
        break;
      case 'argument': {
        const value = required(part.name);
        add(isWritable(value) ? written(value, locale) : (value as Node));
        break;
      }
      case 'number':
        add(numberFormat(locale, part.percent).format(Number(required(part.name))));
        break;
      case 'count':
        add(numberFormat(locale, false).format(count ?? 0));
        break;
      case 'choice': {
        const value = required(part.name);
        const number = part.by === 'value' ? count : Number(value);
        for (const piece of formatParts(caseOf(part, value, locale), values, locale, number))
          add(piece);
        break;
      }
      case 'tag': {
        const build = required(part.name) as (content: (string | Node)[]) => Node;
        add(build(formatParts(part.parts, values, locale, count)));
        break;
      }
    }
  }
  return pieces;
}

function isWritable(value: unknown): value is string | number | bigint | Date {
  return ['string', 'number', 'bigint'].includes(typeof value) || value instanceof Date;
}

function written(value: string | number | bigint | Date, locale: string): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return numberFormat(locale, false).format(value);
  }
  if (value instanceof Date) return new Intl.DateTimeFormat(locale).format(value);
  return value;
}

function caseOf(part: Part & { kind: 'choice' }, value: unknown, locale: string): Part[] {
  const { cases, by } = part;
  const other = cases.get('other') ?? [];
  if (by === 'value') return cases.get(String(value)) ?? other;
  const rule = pluralRules(locale, by).select(Number(value));
  return cases.get(`=${value}`) ?? cases.get(rule) ?? other;
}

const made = new Map<string, Intl.NumberFormat | Intl.PluralRules>();

function once<T extends Intl.NumberFormat | Intl.PluralRules>(key: string, make: () => T): T {
  const found = (made.get(key) as T | undefined) ?? make();
  made.set(key, found);
  return found;
}

function numberFormat(locale: string, percent: boolean): Intl.NumberFormat {
  return once(
    `n ${locale} ${percent}`,
    () => new Intl.NumberFormat(locale, percent ? { style: 'percent' } : {}),
  );
}

function pluralRules(locale: string, type: Intl.PluralRuleType): Intl.PluralRules {
  return once(`p ${locale} ${type}`, () => new Intl.PluralRules(locale, { type }));
}
