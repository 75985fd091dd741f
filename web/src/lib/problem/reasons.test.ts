import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reasonTexts } from './reasons';

const proto = '../proto/plenary';

/** Reasons stand in the comments of RPCs: "Reasons: SOLD_OUT, ORDER_EXPIRED (with …)." */
function documentedReasons(): Set<string> {
  const reasons = new Set<string>();
  for (const name of readdirSync(proto, { recursive: true }).map(String)) {
    if (!name.endsWith('.proto')) continue;
    const comments = readFileSync(join(proto, name), 'utf8')
      .split('\n')
      .map((line) => /^\s*\/\/ ?(.*)/.exec(line)?.[1] ?? '\n')
      .join(' ');
    for (const [, list] of comments.matchAll(/Reasons?: ([^\n]*)/g)) {
      for (const [reason] of list?.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []) reasons.add(reason);
    }
  }
  return reasons;
}

it('says something about every reason that the services document', () => {
  const documented = documentedReasons();
  expect(documented.size).toBeGreaterThan(10);
  expect([...documented].filter((reason) => !(reason in reasonTexts))).toEqual([]);
});
