// What people do with a browser, each in one of their own.
import assert from 'node:assert/strict';
import { linkIn, mailTo } from './mail.mjs';
import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

export const PASSWORD = 'a fairly long sentence';

/**
 * @typedef {object} Person
 * @property {string} name
 * @property {string} email
 * @property {import('playwright-core').Page} page
 */

/**
 * A browser for somebody, with devices that show and play a test pattern.
 * @param {import('playwright-core').Browser} browser
 * @param {string} site
 * @param {string} name
 * @param {object} options Of their browser, beside those that everybody has.
 * @returns {Promise<Person>}
 */
export async function meet(browser, site, name, options = {}) {
  const context = await browser.newContext({
    ...options,
    baseURL: site,
    viewport: { width: 1280, height: 800 },
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MAX_MS);
  return { name, email: `${name.toLowerCase()}@example.org`, page };
}

/** @param {Person} person @param {string} setupLink */
export async function becomeAdministrator({ page, name, email }, setupLink) {
  await page.goto(setupLink);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  // They are signed in at once.
  await page.waitForURL((url) => !url.pathname.startsWith('/setup'));
}

/** @param {Person} person @param {string} mailSite */
export async function signUp({ page, name, email }, mailSite) {
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  const mail = await mailTo(mailSite, email, /confirm/i);
  await page.goto(linkIn(mail, '/verify-email#'));
  await page.getByRole('heading', { name: 'Your email is confirmed' }).waitFor();
}

/** @param {Person} person */
export async function signIn({ page, email }) {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Gets one ticket on an event's page. @param {Person} person @param {string} eventPath */
export async function getTicket({ page, name, email }, eventPath) {
  await page.goto(eventPath);
  await page.getByRole('link', { name: 'Get a ticket' }).first().click();
  await page.getByText('Choose your tickets').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Who are the tickets for?').waitFor();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill(email);
  // Twice, as people do: it buys once.
  await page.getByRole('button', { name: 'Get my ticket' }).dblclick();
  await page.getByRole('heading', { name: /You are in/ }).waitFor();
}

/** The numbers of a page's received video: frames decoded so far by every element that shows one. */
export function framesShown(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('video')]
      .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)
      .reduce((sum, frames) => sum + frames, 0),
  );
}

/** How loud the sound elements of a page play, as the elements themselves give it out: root mean square, 0 to 1. */
export function soundHeard(page) {
  return page.evaluate(async () => {
    const element = [...document.querySelectorAll('audio')].find((audio) => audio.srcObject);
    if (!element) return 0;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(element.captureStream()).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    // The test pattern beeps once a second.
    for (let look = 0; look < 40; look += 1) {
      await new Promise((resume) => setTimeout(resume, 50));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(
        loudest,
        Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length),
      );
    }
    await context.close();
    return loudest;
  });
}

/** Goes from the lobby into the room, and sees its picture move. */
export async function comeIn(page) {
  await page.getByRole('button', { name: 'Join the session' }).click();
  await page.getByRole('toolbar', { name: 'Controls' }).waitFor();
  await watches(page);
}

export async function watches(page) {
  let seen = await until('the first frame', WAIT_MAX_MS, () => framesShown(page));
  await until('more frames', WAIT_MAX_MS, async () => {
    const now = await framesShown(page);
    // An element that is new, as after coming back, counts from its own beginning.
    seen = Math.min(seen, now);
    return now > seen + 10;
  });
}

export async function say(page, text) {
  await page.getByLabel('Your message').fill(text);
  await page.getByLabel('Your message').press('Enter');
}

/** The message is there, once. */
export async function reads(page, text) {
  const message = page.getByRole('log').getByText(text, { exact: true });
  await message.waitFor();
  assert.equal(await message.count(), 1, `${text} once`);
}

/** The text of the first ticket's code, by the button that copies it. */
export async function ticketCode(page) {
  await page.goto('/tickets');
  await page
    .getByRole('button', { name: /Show it large|Show code/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Copy code' }).click();
  await page.getByText('The code is copied.').waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
