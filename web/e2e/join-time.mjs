// How long it takes from the click on Join to the first picture, and where the time goes: an attendee joins a live session again
// and again, each time from a page that is loaded anew.
// Usage: node e2e/join-time.mjs [--joins 20] [--at-most-p50-ms 400]. Needs what the journeys need; $JOURNEY_PROFILE=dist or
// release for the programs that people run.
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';
import { startInstallation } from './installation.mjs';
import * as organizing from './organizing.mjs';
import { getTicket, meet, signIn, signUp } from './people.mjs';
import { prepare } from './show.journey.mjs';

const { values } = parseArgs({
  options: {
    joins: { type: 'string', default: '20' },
    'at-most-p50-ms': { type: 'string' },
  },
});

const count = Number(values.joins);
const bound = Number(values['at-most-p50-ms'] ?? Number.POSITIVE_INFINITY);
if (!(Number.isInteger(count) && count > 0)) throw new Error('--joins takes a number of joins');
if (!(bound > 0)) throw new Error('--at-most-p50-ms takes milliseconds');

const installation = await startInstallation({ separate: false });
const browser = await openBrowser();
try {
  const joins = await measure();
  print(joins);
  process.exitCode = share(joins.map(wholeOf), 0.5) > bound ? 1 : 0;
} finally {
  await browser.close();
  await installation.stop();
}

/** The steps of each join: name, start and end in ms after the click. */
async function measure() {
  const [admin, host, ben] = await Promise.all(
    ['Ada', 'Hana', 'Ben'].map((person) => meet(browser, installation.site, person)),
  );
  const eventPath = await prepare({ admin, host, ben }, installation, console.error);
  await admin.page.context().close();
  await signUp(ben, installation.mailSite);
  await signIn(ben);
  await getTicket(ben, eventPath);
  const livePath = await organizing.livePath(host, eventPath);
  await organizing.goLive(host, livePath);
  const joins = [];
  while (joins.length < count) joins.push(await join(ben.page, livePath));
  return joins;
}

async function join(page, livePath) {
  await page.goto(livePath);
  await page.getByRole('button', { name: 'Join the session' }).click();
  await page.waitForFunction(() => performance.getEntriesByName('join:picture').length > 0);
  return page.evaluate(() => {
    const steps = performance
      .getEntriesByType('measure')
      .filter(({ name }) => name.startsWith('join:'));
    const clicked = Math.min(...steps.map(({ startTime }) => startTime));
    return steps.map(({ name, startTime, duration }) => ({
      step: name.slice('join:'.length),
      duration,
      end: startTime + duration - clicked,
    }));
  });
}

function print(joins) {
  const line = (name, times) => {
    const [p50, p90] = [0.5, 0.9].map((part) => share(times, part).toFixed(0).padStart(6));
    console.log(`${name.padEnd(12)}${p50} ms${p90} ms`);
  };
  console.log(`${joins.length} joins        p50      p90`);
  for (const { step } of joins[0]) {
    line(
      step,
      joins.map((steps) => steps.find((one) => one.step === step).duration),
    );
  }
  line('whole', joins.map(wholeOf));
}

function wholeOf(steps) {
  return Math.max(...steps.map(({ end }) => end));
}

/** The value that this part of them does not exceed. */
function share(times, part) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}
