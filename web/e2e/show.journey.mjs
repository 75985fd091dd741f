// The main job: an event from its first line to the end of its show, by four people with a browser each.
import assert from 'node:assert/strict';
import { linkIn, mailTo } from './mail.mjs';
import * as organizing from './organizing.mjs';
import {
  becomeAdministrator,
  comeIn,
  getTicket,
  meet,
  reads,
  say,
  signIn,
  signUp,
  soundHeard,
  ticketCode,
} from './people.mjs';
import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

const CHAT = 'Hello from the hall';
const REPLY = 'Welcome, everybody';

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./installation.mjs').Installation} installation
 * @param {(step: string) => void} step
 */
export async function show(browser, installation, step) {
  const [admin, host, ben, cleo] = await Promise.all(
    ['Ada', 'Hana', 'Ben', 'Cleo'].map((person) => meet(browser, installation.site, person)),
  );
  const people = { admin, host, ben, cleo };
  const eventPath = await prepare(people, installation, step);
  await attend(people, eventPath, installation.mailSite, step);
  await perform(people, eventPath, step);

  step('a ticket is checked in once and refused the second time');
  await organizing.checkIn(host, eventPath, await ticketCode(ben.page), 2);
}

/** From the first start to a published event. Answers with its path. */
export async function prepare({ admin, host, ben }, { setupLink, mailSite }, step) {
  step('the link makes the first administrator');
  await becomeAdministrator(admin, setupLink);

  step('an organizer signs up and writes an event');
  await signUp(host, mailSite);
  await signIn(host);
  const { eventPath } = await organizing.writeEvent(host);

  step('nobody else sees it before it is approved');
  await ben.page.goto(eventPath);
  await ben.page
    .getByText(/no such event|not found|not here|no event/i)
    .first()
    .waitFor();

  step('it is submitted, approved and published');
  await organizing.submit(host);
  await organizing.approve(admin);
  await organizing.publish(host, eventPath);
  return eventPath;
}

/** Two attendees with a ticket each. */
async function attend({ ben, cleo }, eventPath, mailSite, step) {
  step('two attendees find it, get a ticket, and find it in the mail');
  await ben.page.goto('/');
  await ben.page
    .getByRole('link', { name: /The first show/ })
    .first()
    .waitFor();
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
  await ben.page.goto('/tickets');
  await ben.page.getByText('The first show').first().waitFor();
  await ben.page.goto(eventPath);
  await ben.page.getByText('Go to the room').first().waitFor();
}

/** The show, from the device check to its end. */
async function perform({ host, ben, cleo }, eventPath, step) {
  step('the organizer checks devices and goes live');
  const livePath = await organizing.livePath(host, eventPath);
  await ben.page.goto(livePath);
  await ben.page.getByRole('heading', { name: 'The session has not begun' }).waitFor();
  await organizing.goLive(host, livePath);

  step('both attendees see frames grow and hear sound');
  await cleo.page.goto(livePath);
  for (const { page } of [ben, cleo]) {
    await comeIn(page);
    await until('sound', WAIT_MAX_MS, async () => (await soundHeard(page)) > 0.001);
  }

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

  step('the organizer ends the show');
  await host.page.getByRole('button', { name: 'End for everybody' }).click();
  await host.page.getByRole('button', { name: 'End the session' }).click();
  for (const { page } of [ben, cleo]) {
    await page.getByRole('heading', { name: 'The session is over' }).first().waitFor();
  }
}
