import { describe, expect, it } from 'vitest';
import { type Part, parseMessage } from '~/lib/i18n/icu';
import { knownMessages } from '~/lib/i18n/messages';
import { pseudoLocale } from '~/lib/i18n/pseudo';
import { translate } from '~/lib/i18n/text';

// Every module that declares messages is loaded, so that the whole catalogue is known.
import.meta.glob(
  [
    '../src/**/messages.ts',
    '../src/lib/**/*.ts',
    '!../src/**/*.test.*',
    '!../src/lib/session/browser.ts',
  ],
  {
    eager: true,
  },
);

function argumentsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (part.kind === 'argument' || part.kind === 'number') return [part.name];
    if (part.kind === 'tag') return [part.name, ...argumentsOf(part.parts)];
    if (part.kind === 'choice')
      return [part.name, ...[...part.cases.values()].flatMap(argumentsOf)];
    return [];
  });
}

describe('the catalogue', () => {
  it('has messages', () => {
    expect(knownMessages().length).toBeGreaterThan(100);
  });

  it.each(knownMessages().map((message) => [message.id, message] as const))(
    '%s is valid',
    (_id, message) => {
      const parts = parseMessage(message.text);
      expect(message.text.trim()).toBe(message.text);
      expect(parts.length).toBeGreaterThan(0);
      const values = Object.fromEntries(argumentsOf(parts).map((name) => [name, 2]));
      if (!message.text.includes('</')) {
        const shown = translate(pseudoLocale('en-XA'), message, values);
        expect(shown).not.toBe('');
      }
    },
  );
});
