// A show at which things go wrong: people who click twice and reload, networks that break, parts that are killed.
import assert from 'node:assert/strict';
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
  watches,
} from './people.mjs';
import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';
import { Wire } from './wire.mjs';

/** What must not be read on any page: an error that was meant for programs. */
const RAW =
  /\[(unavailable|internal|unknown|deadline_exceeded)\]|ConnectError|undefined|\bat \w+ \(/;
const BROKEN = 'The connection broke. Getting it back …';

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./installation.mjs').Installation} installation
 * @param {(step: string) => void} step
 */
export async function faults(browser, installation, step) {
  const { site, setupLink, mailSite } = installation;
  const [admin, host, cleo] = await Promise.all(
    ['Ada', 'Hana', 'Cleo'].map((name) => meet(browser, site, name)),
  );
  const wire = await Wire.lay();
  const ben = await meet(browser, site, 'Ben', { proxy: wire.proxy });
  step('an event is published');
  await becomeAdministrator(admin, setupLink);
  await signUp(host, mailSite);
  await signIn(host);
  const { eventPath } = await organizing.writeEvent(host);
  await organizing.submit(host);
  await organizing.approve(admin);
  await organizing.publish(host, eventPath);

  step('a double click buys once, and what was typed survives a reload');
  for (const attendee of [ben, cleo]) {
    await signUp(attendee, mailSite);
    await signIn(attendee);
  }
  await getTicket(ben, eventPath);
  await reloadedCheckout(cleo, eventPath);
  for (const attendee of [ben, cleo]) await hasOneTicket(attendee);

  step('without a network the tickets are there');
  await withoutNetwork(ben);

  step('a double click goes live once');
  const livePath = await organizing.livePath(host, eventPath);
  await host.page.goto(livePath);
  await host.page.getByRole('meter', { name: 'Microphone level' }).waitFor();
  await host.page.getByRole('button', { name: 'Go live' }).dblclick();
  await host.page.getByRole('toolbar', { name: 'Controls' }).waitFor();
  for (const { page } of [ben, cleo]) {
    await page.goto(livePath);
    await comeIn(page);
  }
  const show = new Show(installation, [host, ben, cleo]);
  await show.goesOn('at the start');

  step("an attendee's network breaks and comes back");
  await brokenNetwork(show, wire, ben, host);

  step('the host reloads, and is faster than their camera');
  await host.page.addInitScript(slowDevices);
  await host.page.reload();
  await host.page.getByRole('button', { name: 'Join the stage' }).click();
  await host.page.getByRole('toolbar', { name: 'Controls' }).waitFor();
  await show.goesOn('after the host has come back');

  for (const name of ['engagement', 'live', 'events', 'redis-server', 'postgres', 'sfu-node']) {
    step(`${name} is killed`);
    await installation.kill(name);
    await show.goesOn(`after ${name} was killed`);
  }
  step('everybody has read the same');
  await show.agree();
  step('the host ends the show');
  await host.page.getByRole('button', { name: 'End for everybody' }).click();
  await host.page.getByRole('button', { name: 'End the session' }).click();
  for (const { page } of [ben, cleo]) {
    await page.getByRole('heading', { name: 'The session is over' }).first().waitFor();
  }
  wire.close();
}

/** Camera and microphone that take a second to open. */
function slowDevices() {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    await new Promise((resume) => setTimeout(resume, 1_000));
    return open(wanted);
  };
}

/** The people in a room, and what they have said so far. */
class Show {
  #said = [];

  constructor(installation, people) {
    this.installation = installation;
    this.people = people;
  }

  /** The attendees see the picture move, and each word reaches everybody once. */
  async goesOn(when) {
    const [host, ...attendees] = this.people;
    for (const { page } of attendees) {
      await page.getByText(BROKEN).waitFor({ state: 'hidden' });
      await watches(page);
    }
    for (const person of [host, attendees[0]]) await this.tell(person, `${person.name} ${when}`);
    for (const { name, page } of this.people) {
      const text = await page.evaluate(() => document.body.innerText);
      assert.doesNotMatch(text, RAW, `${name} reads words only, ${when}`);
    }
  }

  /** Says something; where it could not be sent, sends it again as the page offers. */
  async tell({ page }, text) {
    this.#said.push(text);
    await say(page, text);
    const arrived = page.getByRole('log').locator('article:not([data-pending])', { hasText: text });
    const again = page.getByRole('button', { name: 'Send again' });
    await until(`"${text}" to arrive`, WAIT_MAX_MS, async () => {
      if (await again.isVisible()) await again.click({ timeout: 1_000 }).catch(() => undefined);
      return (await arrived.count()) > 0;
    });
    for (const reader of this.people) await reads(reader.page, text);
  }

  /** Nothing is missing anywhere, nothing is there twice, and the order is everybody's. */
  async agree() {
    for (const { name, page } of this.people) {
      const read = await page.getByRole('log').locator('article p').allInnerTexts();
      assert.deepEqual(read, this.#said, `${name} has read everything once and in order`);
    }
  }

  /** Noted as said, by somebody who does not hear it yet. */
  note(text) {
    this.#said.push(text);
  }
}

async function reloadedCheckout({ page, name, email }, eventPath) {
  await page.goto(`${eventPath}/tickets`);
  await page.getByRole('button', { name: 'Continue' }).dblclick();
  await page.getByText('Who are the tickets for?').waitFor();
  await page.getByLabel('Name').fill(`${name} of the second row`);
  await page.reload();
  await page.getByText('Who are the tickets for?').waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), `${name} of the second row`);
  assert.equal(await page.getByLabel('Email').inputValue(), email);
  await page.getByRole('button', { name: 'Get my ticket' }).dblclick();
  await page.getByRole('heading', { name: /You are in/ }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: /You are in/ }).waitFor();
}

async function hasOneTicket({ page }) {
  await page.goto('/tickets');
  const codes = page.getByRole('button', { name: /Show it large|Show code/ });
  await codes.first().waitFor();
  assert.equal(await codes.count(), 1);
}

async function withoutNetwork({ page }) {
  await page.goto('/tickets');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await until('the page to be kept', WAIT_MAX_MS, () =>
    page.evaluate(async () => Boolean(await caches.match('/tickets'))),
  );
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText('You are offline.').waitFor();
  await page.getByRole('button', { name: 'Show it large' }).first().click();
  await page.getByRole('dialog').getByRole('img').waitFor();
  await page.keyboard.press('Escape');
  // Nobody has to press anything when it is back.
  await page.context().setOffline(false);
  await page.getByText('You are offline.').waitFor({ state: 'hidden' });
}

async function brokenNetwork(show, wire, ben, host) {
  await wire.cut(ben.page);
  await ben.page.getByText(BROKEN).waitFor();
  const missed = ['Said while one was away', 'And this as well'];
  for (const text of missed) {
    await say(host.page, text);
    await reads(host.page, text);
    show.note(text);
  }
  await wire.mend(ben.page);
  await ben.page.getByText(BROKEN).waitFor({ state: 'hidden' });
  await watches(ben.page);
  for (const text of missed) await reads(ben.page, text);
  await show.goesOn('after the network came back');
}
