import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { formatParts, MessageSyntaxError, parseMessage, type Values } from './icu';

const format = (text: string, values: Values<never> = {}, locale = 'en') =>
  formatParts<never>(parseMessage(text), values, locale).join('');

/** [message, values]: each must say what the reference implementation says. */
const cases: [string, Values<never>][] = [
  ['Plain, with nothing in it.', {}],
  ['Hello {name}!', { name: 'Ada' }],
  ['{count, plural, one {# seat} other {# seats}} left', { count: 1 }],
  ['{count, plural, one {# seat} other {# seats}} left', { count: 12345 }],
  ['{count, plural, =0 {nobody} one {one person} other {# people}}', { count: 0 }],
  ['{place, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}', { place: 22 }],
  ['{who, select, you {You have} other {{name} has}} left', { who: 'somebody', name: 'Ada' }],
  ['{who, select, you {You have} other {{name} has}} left', { who: 'you', name: 'Ada' }],
  ['{n, plural, other {{who, select, a {# for a} other {# for other}}}}', { n: 3, who: 'a' }],
  ["It''s {name}''s, isn't it", { name: 'Ada' }],
  ["Braces '{'like these'}' and '#'", {}],
  ['{share, number, percent} of {total, number}', { share: 0.25, total: 1234567 }],
  ['a < b and a > b', {}],
];

describe('ICU messages', () => {
  it.each(cases)('%s', (text, values) => {
    expect(format(text, values)).toBe(new IntlMessageFormat(text, 'en').format(values as never));
  });

  it('counts as the language does', () => {
    const text = '{n, plural, one {# jeden} few {# kilka} many {# wiele} other {# ułamek}}';
    expect([1, 3, 5, 22].map((n) => format(text, { n }, 'pl'))).toEqual([
      '1 jeden',
      '3 kilka',
      '5 wiele',
      '22 kilka',
    ]);
  });

  it('hands the content of tags to who builds them', () => {
    const pieces = formatParts<{ link: unknown }>(
      parseMessage('Read <link>the {what}</link> first'),
      { what: 'rules', link: (content) => ({ link: content }) },
      'en',
    );
    expect(pieces).toEqual(['Read ', { link: ['the rules'] }, ' first']);
  });

  it.each(['{name', 'name}', '{n, plural, one {#}}', '{n, date}', '<b>bold', 'bold</b>', '{}'])(
    'refuses %s',
    (text) => {
      expect(() => parseMessage(text)).toThrow(MessageSyntaxError);
    },
  );

  it('names the value that is missing', () => {
    expect(() => format('Hello {name}')).toThrow('"name"');
  });
});
