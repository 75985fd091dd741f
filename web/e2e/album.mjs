// Pictures of each page, wide and phone-sized, light and dark, kept under test-output/journeys; and what is wrong on it:
// what axe finds, what does not fit, a missing title or heading, what the browser complains of.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
/** The narrowest that has to do (WCAG 2.2, 1.4.10). */
const NARROWEST = { width: 320, height: 640 };
const SERIOUS = new Set(['serious', 'critical']);

/**
 * What the browser notes of an answer that is right: a page that does not exist, a password that is wrong. And what
 * livekit-client notes when the room was closed under it.
 */
function isExpected(text, url) {
  if (/closed unexpectedly/.test(text)) return true;
  if (!text.startsWith('Failed to load resource')) return false;
  return /status of 404/.test(text) ? !/assets|images/.test(url) : url.endsWith('/session');
}

export class Album {
  #folder;
  #taken = 0;
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

  /** From now on what the browser complains of on this page is a fault. @param {import('playwright-core').Page} page */
  watch(page) {
    const where = () => new URL(page.url()).pathname;
    page.on('pageerror', (error) => this.faults.push(`${where()}: thrown: ${error.message}`));
    page.on('console', (message) => {
      const { url } = message.location();
      if (message.type() !== 'error' || isExpected(message.text(), url)) return;
      this.faults.push(`${where()}: console: ${message.text()} ${url}`);
    });
  }

  /** @param {import('playwright-core').Page} page @param {string} name */
  async take(page, name) {
    const before = page.viewportSize();
    this.#taken += 1;
    // What is fixed to the window would otherwise be in the middle of a picture of the whole page.
    await page.evaluate(() => scrollTo(0, 0));
    const number = String(this.#taken).padStart(2, '0');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        const path = join(this.#folder, `${number}-${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
        await this.#width(page, `${name} ${size}`);
      }
      if (colorScheme === 'light') await this.#examine(page, `${name} phone`);
      // The same elements, in other colours.
      else await this.#examine(page, `${name} phone dark`, { runOnly: ['color-contrast'] });
      await page.setViewportSize(SIZES.wide);
      if (colorScheme === 'light') await this.#examine(page, `${name} wide`);
    }
    await page.setViewportSize(NARROWEST);
    await this.#width(page, `${name} at ${NARROWEST.width} px`);
    await this.#name(page, name);
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    await page.setViewportSize(before);
  }

  async #width(page, what) {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) this.faults.push(`${what}: ${over} px wider than the window`);
  }

  async #name(page, name) {
    const { title, headings } = await page.evaluate(() => ({
      title: document.title,
      headings: [...document.querySelectorAll('h1')].map((heading) => heading.innerText),
    }));
    if (!/\S.* · Plenary$/.test(title)) this.faults.push(`${name}: its title is "${title}"`);
    if (headings.length !== 1 || !headings[0].trim()) {
      this.faults.push(`${name}: ${headings.length} h1: ${headings.join(' | ')}`);
    }
  }

  async #examine(page, what, how = {}) {
    const hasAxe = await page.evaluate(() => 'axe' in globalThis);
    // Evaluated by the debugger and not by the page, so that the page's content policy stays as it is.
    if (!hasAxe) await page.evaluate(axe);
    const violations = await page.evaluate(async (how) => {
      const found = await globalThis.axe.run({ resultTypes: ['violations'], ...how });
      return found.violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        html: nodes[0].html.slice(0, 160),
        why: nodes[0].any[0]?.message ?? '',
      }));
    }, how);
    for (const { id, impact, html, why } of violations) {
      if (SERIOUS.has(impact)) this.faults.push(`${what}: ${id}: ${html} ${why}`);
    }
  }
}
