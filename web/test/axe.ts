import axe from 'axe-core';

/**
 * What axe finds in `element`, one line each. Colours are left out: happy-dom computes none of them; the contrast of
 * every pair of tokens is computed in test/contrast.test.ts, and Chromium runs axe whole over each page.
 */
export async function axeFindings(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}
