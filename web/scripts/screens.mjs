// Photographs pages, wide and phone-sized, light and dark, into test-output/screens, and lets axe look at each whole.
// Usage: node scripts/screens.mjs [--base http://127.0.0.1:4173] /gallery / /sign-in …
// Needs a Chromium: $CHROMIUM, or Debian's.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:4173' },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../../test-output/screens', import.meta.url)),
    },
    viewport: { type: 'boolean', default: false },
  },
});
const paths = positionals.length > 0 ? positionals : ['/'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

mkdirSync(values.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
});
let found = 0;
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1 });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`  console: ${message.text()}`);
    });
    for (const path of paths) {
      await page.goto(values.base + path, { waitUntil: 'networkidle' });
      const name = path.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '') || 'start';
      const file = `${values.out}/${name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path: file, fullPage: !values.viewport });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) console.error(`  ${path} ${size}: ${overflow} px wider than the window`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { id, nodes } of violations) {
        found += nodes.length;
        console.error(`  ${path} ${size} ${colorScheme}: ${id}`);
        for (const node of nodes.slice(0, 3)) console.error(`    ${node.html.slice(0, 160)}`);
        if (id === 'color-contrast') console.error(`    ${nodes[0].any[0]?.message}`);
      }
      console.log(file);
    }
    await context.close();
  }
}
await browser.close();
if (found > 0) process.exitCode = 1;
