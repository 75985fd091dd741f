// The main job: an event from its first line to the end of its show, by four people with a browser each.
import assert from 'node:assert/strict';
import { Album } from './album.mjs';
import { linkIn, mailTo } from './mail.mjs';
import * as organizing from './organizing.mjs';
import {
  becomeAdministrator,
  framesShown,
  getTicket,
  meet,
  signIn,
  signUp,
  soundHeard,
} from './people.mjs';
import { until } from './until.mjs';

const MEDIA_MAX_MS = 20_000;
const CHAT = 'Hello from the hall';
const REPLY = 'Welcome, everybody';

/**
 * @param {import('playwright-core').Browser} browser
 * @param {Awaited<ReturnType<typeof import('./installation.mjs').startInstallation>>} installation
 * @param {string} name
 * @param {(step: string) => void} step
 */
export async function show(browser, installation, name, step) {
  const album = new Album(name);
  const [admin, host, ben, cleo] = await Promise.all(
    ['Ada', 'Hana', 'Ben', 'Cleo'].map((person) => meet(browser, installation.site, person)),
  );
  const people = { admin, host, ben, cleo };
  const eventPath = await prepare(people, installation, album, step);
  await attend(people, eventPath, installation.mailSite, album, step);
  await perform(people, eventPath, album, step);

  step('a ticket is checked in once and refused the second time');
  await organizing.checkIn(host, eventPath, await ticketCode(ben.page), album);

  step('nothing on any page is inaccessible or too wide');
  assert.deepEqual(album.faults, []);
}

/** From the first start to a published event. Answers with its path. */
async function prepare({ admin, host, ben }, { setupLink, mailSite }, album, step) {
  step('the link makes the first administrator');
  await admin.page.goto(setupLink);
  await album.take(admin.page, 'setup');
  await becomeAdministrator(admin, setupLink);

  step('an organizer signs up and writes an event');
  await host.page.goto('/sign-up');
  await album.take(host.page, 'sign-up');
  await signUp(host, mailSite);
  await host.page.goto('/sign-in');
  await album.take(host.page, 'sign-in');
  await signIn(host);
  const { eventPath } = await organizing.writeEvent(host, album);

  step('nobody else sees it before it is approved');
  await ben.page.goto(eventPath);
  await ben.page
    .getByText(/no such event|not found|not here|no event/i)
    .first()
    .waitFor();

  step('it is submitted, approved and published');
  await organizing.submit(host);
  await organizing.approve(admin, album);
  await organizing.publish(host, eventPath);
  return eventPath;
}

/** Two attendees with a ticket each. */
async function attend({ ben, cleo }, eventPath, mailSite, album, step) {
  step('two attendees find it, get a ticket, and find it in the mail');
  await ben.page.goto('/');
  await ben.page
    .getByRole('link', { name: /The first show/ })
    .first()
    .waitFor();
  await album.take(ben.page, 'discover');
  for (const attendee of [ben, cleo]) {
    await signUp(attendee, mailSite);
    await signIn(attendee);
    await getTicket(attendee, eventPath);
    const { attachments, ...mail } = await mailTo(mailSite, attendee.email, /Your ticket/);
    const kinds = attachments.map(({ content_type }) => content_type);
    assert.ok(kinds.includes('image/png'), 'a QR code');
    assert.ok(
      attachments.some(({ content }) => content.includes('BEGIN:VEVENT')),
      'a calendar file',
    );
    assert.ok(linkIn(mail, eventPath));
  }
  await album.take(ben.page, 'ticket-done');
  await ben.page.goto('/tickets');
  await ben.page.getByText('The first show').first().waitFor();
  await album.take(ben.page, 'my-tickets');
  await ben.page.goto(eventPath);
  await ben.page.getByText('Go to the room').first().waitFor();
  await album.take(ben.page, 'event');
}

/** The show, from the device check to its end. */
async function perform({ host, ben, cleo }, eventPath, album, step) {
  step('the organizer checks devices and goes live');
  const livePath = await organizing.livePath(host, eventPath);
  await ben.page.goto(livePath);
  await ben.page.getByRole('heading', { name: 'The session has not begun' }).waitFor();
  await album.take(ben.page, 'live-waiting');
  await host.page.goto(livePath);
  await host.page.getByRole('meter', { name: 'Microphone level' }).waitFor();
  await album.take(host.page, 'live-device-check');
  await host.page.getByRole('button', { name: 'Go live' }).click();
  await host.page.getByRole('toolbar', { name: 'Controls' }).waitFor();

  step('both attendees see frames grow and hear sound');
  await cleo.page.goto(livePath);
  for (const { page } of [ben, cleo]) {
    await comeIn(page);
    await until('sound', MEDIA_MAX_MS, async () => (await soundHeard(page)) > 0.001);
  }
  await album.take(ben.page, 'live-attendee');
  await album.take(host.page, 'live-host');

  step('they chat both ways');
  const everybody = [ben.page, cleo.page, host.page];
  await say(ben.page, CHAT);
  for (const page of everybody) await reads(page, CHAT);
  await say(host.page, REPLY);
  for (const page of everybody) await reads(page, REPLY);

  step('one reloads and is back with the history');
  await cleo.page.reload();
  await comeIn(cleo.page);
  await reads(cleo.page, CHAT);
  await reads(cleo.page, REPLY);
  await album.take(cleo.page, 'live-chat');

  step('the organizer ends the show');
  await host.page.getByRole('button', { name: 'End for everybody' }).click();
  await host.page.getByRole('button', { name: 'End the session' }).click();
  for (const { page } of [ben, cleo]) {
    await page.getByRole('heading', { name: 'The session is over' }).first().waitFor();
  }
  await album.take(ben.page, 'live-over');
}

async function comeIn(page) {
  await page.getByRole('button', { name: 'Join the session' }).click();
  await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
  await watches(page);
}

async function watches(page) {
  const seen = await until('the first frame', MEDIA_MAX_MS, () => framesShown(page));
  await until('more frames', MEDIA_MAX_MS, async () => (await framesShown(page)) > seen + 10);
}

async function say(page, text) {
  await page.getByLabel('Your message').fill(text);
  await page.getByLabel('Your message').press('Enter');
}

async function reads(page, text) {
  const message = page.getByRole('log').getByText(text, { exact: true });
  await message.waitFor();
  assert.equal(await message.count(), 1, `${text} once`);
}

/** The text of the first ticket's code, by the button that copies it. */
async function ticketCode(page) {
  await page.goto('/tickets');
  await page
    .getByRole('button', { name: /Show it large|Show code/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Copy code' }).click();
  await page.getByText('The code is copied.').waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
