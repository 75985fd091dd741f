// The journeys: the same one over everything in one process and over separate processes.
// Usage: node e2e/run.mjs [one-process] [separate]. Needs `plenary` built, web/dist, and a Chromium ($CHROMIUM, or Debian's).
import { chromium } from 'playwright-core';
import { startInstallation } from './installation.mjs';
import { show } from './show.journey.mjs';

const WAYS = { 'one-process': { separate: false }, separate: { separate: true } };
const chosen = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
let [passed, failed] = [0, 0];
for (const [name, options] of Object.entries(WAYS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`show, ${name}`);
  let installation;
  try {
    installation = await startInstallation(options);
    const started = Date.now();
    await show(browser, installation, name, (step) => {
      console.log(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${step}`);
    });
    passed += 1;
  } catch (error) {
    failed += 1;
    console.error(error);
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        console.error(
          `--- ${page.url()}\n${await page.evaluate(() => document.body.innerText).catch(() => '')}`,
        );
      }
    }
    console.error(installation?.log().split('\n').slice(-40).join('\n'));
  }
  for (const context of browser.contexts()) await context.close();
  await installation?.stop();
}
await browser.close();
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
