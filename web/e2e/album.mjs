// Pictures of each page, wide and phone-sized, and axe's opinion of each: kept under test-output/journeys.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const SERIOUS = new Set(['serious', 'critical']);

export class Album {
  #folder;
  /** What is wrong on the pages that were looked at. */
  faults = [];

  /** @param {string} name Of the journey. */
  constructor(name) {
    this.#folder = join(
      fileURLToPath(new URL('../../test-output/journeys', import.meta.url)),
      name,
    );
    mkdirSync(this.#folder, { recursive: true });
  }

  /** @param {import('playwright-core').Page} page @param {string} name */
  async take(page, name) {
    const before = page.viewportSize();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(this.#folder, `${name}-${size}.png`) });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) this.faults.push(`${name} ${size}: ${over} px wider than the window`);
    }
    await page.setViewportSize(before);
    const hasAxe = await page.evaluate(() => 'axe' in globalThis);
    // Evaluated by the debugger and not by the page, so that the page's content policy stays as it is.
    if (!hasAxe) await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, impact, nodes } of violations) {
      if (SERIOUS.has(impact)) this.faults.push(`${name}: ${id}: ${nodes[0].html.slice(0, 160)}`);
    }
  }
}
