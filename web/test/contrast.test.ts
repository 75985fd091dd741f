import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Reads tokens.css as the browser would: raw values, light-dark() pairs, var() chains. */
const css = readFileSync('src/ui/tokens.css', 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');

function blockAfter(selector: string): Record<string, string> {
  const start = css.indexOf('{', css.indexOf(selector)) + 1;
  const body = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries(
    [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!]),
  );
}

const raw = blockAfter(':root');
const semantic = blockAfter(':root,\n[data-theme]');
const more = blockAfter('[data-contrast="more"]');

type Scheme = 'light' | 'dark';

function hexOf(name: string, scheme: Scheme, tokens: Record<string, string>): string {
  const value = tokens[name] ?? semantic[name] ?? raw[name];
  if (!value) throw new Error(`there is no token ${name}`);
  const pair = /light-dark\(([^,]+),\s*([^)]+\)?)\)/.exec(value);
  const chosen = (pair ? pair[scheme === 'light' ? 1 : 2]! : value).trim();
  const reference = /var\((--[\w-]+)\)?/.exec(chosen);
  return reference ? hexOf(reference[1]!, scheme, tokens) : chosen;
}

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const surfaces = ['--surface-page', '--surface-raised', '--surface-sunken', '--surface-overlay'];
const grounds = [...surfaces, '--surface-hover', '--surface-press'];

/** [what is read, what it stands on, the least ratio]; WCAG 2.2: 4.5 for text, 3 for controls and focus. */
const pairs: [string, string[], number][] = [
  ['--text-strong', grounds, 7],
  ['--text-normal', grounds, 4.5],
  ['--text-quiet', [...surfaces, '--surface-hover'], 4.5],
  ['--text-accent', [...surfaces, '--surface-hover', '--accent-quiet'], 4.5],
  ['--text-inverse', ['--surface-inverse'], 7],
  ['--on-accent', ['--accent', '--accent-hover', '--accent-press'], 4.5],
  ['--on-danger', ['--danger', '--danger-hover', '--on-air'], 4.5],
  ['--danger-text', [...surfaces, '--danger-quiet'], 4.5],
  ['--warning-text', ['--surface-page', '--warning-quiet'], 4.5],
  ['--success-text', ['--surface-page', '--success-quiet'], 4.5],
  ['--text-strong', ['--accent-quiet', '--danger-quiet', '--warning-quiet'], 7],
  ['--line-control', surfaces, 3],
  ['--focus', grounds, 3],
];

describe.each([
  ['normal contrast', {} as Record<string, string>],
  ['more contrast', more],
])('%s', (_name, tokens) => {
  it.each(['light', 'dark'] as const)('can be read in %s', (scheme) => {
    const tooFaint = pairs.flatMap(([front, backs, least]) =>
      backs
        .map((back) => ({
          pair: `${front} on ${back}`,
          ratio: contrast(hexOf(front, scheme, tokens), hexOf(back, scheme, tokens)),
          least,
        }))
        .filter(({ ratio }) => ratio < least),
    );
    expect(tooFaint).toEqual([]);
  });
});

it('has the same words for high contrast chosen here and by the system', () => {
  const system = blockAfter(':root:not([data-contrast="normal"])');
  expect(system).toEqual(more);
});
