// Staying signed in: people who click twice and leave at once, answers that never arrive, tabs, another password, a thief.
import assert from 'node:assert/strict';
import { mailTo } from './mail.mjs';
import { meet, PASSWORD, signIn, signUp } from './people.mjs';

const NEW_PASSWORD = 'two lamps, one moth';
const PHONE = { width: 360, height: 740 };
const WHO = 'Who are the tickets for?';

/**
 * Over an installation without a grace for spent tokens, so that only what is forgiven for good is shown.
 * @param {import('playwright-core').Browser} browser
 * @param {import('./installation.mjs').Installation} installation
 * @param {(step: string) => void} step
 */
export async function sessions(browser, { site, mailSite }, step) {
  const ada = await meet(browser, site, 'Ada');
  await ada.page.setViewportSize(PHONE);
  await signUp(ada, mailSite);

  step('somebody clicks twice and leaves while they are being signed in');
  await fillSignIn(ada, PASSWORD);
  await ada.page.getByRole('button', { name: 'Sign in' }).dblclick();
  await ada.page.goto('/');
  await ada.page.getByRole('heading', { level: 1 }).waitFor();
  await signIn(ada);
  await isIn(ada);

  step('the answer to a refresh is lost in the middle of a checkout');
  const checkout = await beginCheckout(ada);
  for (let time = 0; time < 2; time += 1) {
    const { status } = await refreshUnheard(site, await cookieOf(ada));
    assert.equal(status, 200);
    await ada.page.reload();
    await ada.page.getByText(WHO).waitFor();
    // An answer that arrives in between; two that are lost in a row look like two who hold the session.
    await ada.page.reload();
    await ada.page.getByText(WHO).waitFor();
  }

  step('two tabs are opened at once');
  const tabs = [ada.page, await ada.page.context().newPage()];
  await Promise.all(tabs.map((page) => page.goto(checkout)));
  await Promise.all(tabs.map((page) => page.getByText(WHO).waitFor()));
  await tabs[1].close();

  step('another password ends the other sessions, and not this one');
  const elsewhere = await meet(browser, site, 'Ada');
  await signIn(elsewhere);
  await changePassword(ada);
  await ada.page.reload();
  await isKnown(ada);
  await isIn(ada);
  await elsewhere.page.goto('/profile');
  await elsewhere.page.waitForURL(/\/sign-in/);
  await mailTo(mailSite, ada.email, /password has been changed/i);
  await fillSignIn(elsewhere, PASSWORD);
  await elsewhere.page.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.page.getByRole('alert').waitFor();
  await elsewhere.page.getByLabel('Password').fill(NEW_PASSWORD);
  await elsewhere.page.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));

  step('a token that was stolen ends the session when its owner has gone on');
  const stolen = await cookieOf(ada);
  for (let time = 0; time < 2; time += 1) {
    await ada.page.goto('/tickets');
    await isKnown(ada);
    await isIn(ada);
  }
  assert.equal((await refreshUnheard(site, stolen)).status, 401);
  await ada.page.goto('/profile');
  await ada.page.waitForURL(/\/sign-in/);
  // The refusal has left nothing behind that would be in the way.
  await fillSignIn(ada, NEW_PASSWORD, ada.page.url());
  await ada.page.getByRole('button', { name: 'Sign in' }).dblclick();
  await ada.page.waitForURL(/\/profile/);
  await isIn(ada);
}

async function fillSignIn({ page, email }, password, address = '/sign-in') {
  await page.goto(address);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
}

/** The page of somebody's own opens. */
async function isIn({ page, email }) {
  await page.goto('/profile');
  await page.getByLabel('Current password').waitFor();
  assert.equal(new URL(page.url()).pathname, '/profile', email);
}

/**
 * A page knows whose it is. One that is left before has not heard the answer to its refresh, and two answers that are lost in a row
 * look like two who hold the session.
 */
function isKnown({ page }) {
  return page.getByRole('button', { name: 'Notifications' }).waitFor();
}

/** Seats of the demo event are held; returns the address of that. */
async function beginCheckout({ page }) {
  await page.goto('/');
  await isKnown({ page });
  const path = await page.locator('a[href^="/events/"]').first().getAttribute('href');
  await page.goto(`${path}/tickets`);
  await page.getByRole('button', { name: 'Continue' }).dblclick();
  await page.getByText(WHO).waitFor();
  return page.url();
}

async function changePassword({ page }) {
  await page.goto('/profile');
  await page.getByLabel('Current password').fill('not my password');
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('That is not your current password.').waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).dblclick();
  await page.getByText('Your password is changed.').waitFor();
}

async function cookieOf({ page }) {
  const cookies = await page.context().cookies(`${new URL(page.url()).origin}/session`);
  const found = cookies.find(({ name }) => name.endsWith('plenary-refresh'));
  assert.ok(found, 'there is a session');
  return `${found.name}=${found.value}`;
}

/** Spends a browser's token without the browser hearing of it. */
function refreshUnheard(site, cookie) {
  return fetch(`${site}/session/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: '{}',
  });
}
