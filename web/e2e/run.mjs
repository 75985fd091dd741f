// The journeys, each with an installation and people of its own.
// Usage: node e2e/run.mjs [--without name | name …]. Needs the programs built, web/dist, and a Chromium ($CHROMIUM, or Debian's).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser.mjs';
import { faults } from './faults.journey.mjs';
import { firefox } from './firefox.journey.mjs';
import { startInstallation } from './installation.mjs';
import { keyboard } from './keyboard.journey.mjs';
import { startBench } from './media/bench.mjs';
import { media } from './media.journey.mjs';
import { pages } from './pages.journey.mjs';
import { sessions } from './sessions.journey.mjs';
import { show } from './show.journey.mjs';

/** Each takes the browser, what `start` has started, and a function that says what comes next. */
const JOURNEYS = {
  show: { start: () => startInstallation({ separate: false }), run: show },
  'show-separate': { start: () => startInstallation({ separate: true }), run: show },
  keyboard: { start: () => startInstallation({ separate: false }), run: keyboard },
  pages: { start: () => startInstallation({ separate: false }), run: pages },
  sessions: {
    start: () =>
      startInstallation({
        separate: false,
        settings: { PLENARY_IDENTITY_REFRESH_GRACE_DURATION: '0s' },
      }),
    run: sessions,
  },
  faults: { start: () => startInstallation({ separate: true }), run: faults },
  firefox: { start: startBench, run: firefox, onIsland: true },
  media: { start: startBench, run: media },
};
const LOG_LINES = 40;
const LOG_LINE_CHARACTERS = 400;

let [passed, failed] = [0, 0];
// One after the other: a machine with two cores decodes one room's pictures, not two.
for (const name of choose(process.argv.slice(2))) {
  if (await take(name, JOURNEYS[name])) passed += 1;
  else failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {string[]} asked */
function choose(asked) {
  const names = Object.keys(JOURNEYS);
  const without = asked[0] === '--without';
  const named = without ? asked.slice(1) : asked;
  const unknown = named.find((name) => !names.includes(name));
  if (unknown) throw new Error(`no journey ${unknown}; these are: ${names.join(', ')}`);
  if (named.length > 0 && !without) return [...new Set(named)];
  return names.filter((name) => !named.includes(name));
}

/** Takes the journey in a process that has a network of its own. */
async function takeOnIsland(name) {
  const [island, own] = ['media/island.sh', 'run.mjs'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const child = spawn(island, [process.execPath, own, name], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** Whether the journey came to its end. */
async function take(name, { start, run, onIsland }) {
  if (onIsland && !process.env.ISLAND_ADDRESS) return takeOnIsland(name);
  const began = Date.now();
  const step = (what) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(5);
    console.log(`${name.padEnd(13)} ${seconds} s  ${what}`);
  };
  let browser;
  let started;
  try {
    browser = await openBrowser();
    started = await start();
    await run(browser, started, step);
    step('done');
    return true;
  } catch (error) {
    step('FAILED');
    await explain(name, error, browser, started);
    return false;
  } finally {
    await browser?.close();
    await started?.stop();
  }
}

/** What everybody saw, and what the servers said: one text, so that another journey's lines do not come in between. */
async function explain(name, error, browser, started) {
  const lines = [`── ${name}`, error.stack ?? `${error}`];
  for (const context of browser?.contexts() ?? []) {
    for (const page of context.pages()) {
      const text = await page.evaluate(() => document.body.innerText).catch(() => '');
      lines.push(`--- ${page.url()}`, text.replaceAll(/\n{2,}/g, '\n'));
    }
  }
  const log = started?.log().split('\n') ?? [];
  const telling = log.filter((line) => !line.includes('INFO')).slice(-LOG_LINES);
  lines.push('--- log', ...telling.map((line) => line.slice(0, LOG_LINE_CHARACTERS)));
  console.error(lines.join('\n'));
}
