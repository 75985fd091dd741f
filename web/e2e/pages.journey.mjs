// Every page in every state that matters, by those who see it, with real data: photographed and examined.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Album } from './album.mjs';
import { linkIn, mailTo } from './mail.mjs';
import * as organizing from './organizing.mjs';
import {
  becomeAdministrator,
  comeIn,
  meet,
  PASSWORD,
  reads,
  say,
  signIn,
  signUp,
  ticketCode,
} from './people.mjs';

/** Of the router, so that a new page without a visit is noticed. The gallery is in no production build. */
const NO_PAGES = new Set(['/gallery']);
const routes = [
  ...readFileSync(new URL('../src/app/routes.tsx', import.meta.url), 'utf8').matchAll(
    /^ +path: '([^']+)'/gm,
  ),
]
  .map(([, path]) => path)
  .filter((path) => !NO_PAGES.has(path));

/** Photographs pages, and keeps which routes they belong to. */
class Visits {
  seen = new Set();
  album = new Album('pages');

  /** Looks at the page as it stands, once `ready` is there. */
  async look({ page }, name, ready) {
    await ready.first().waitFor();
    const { pathname } = new URL(page.url());
    const route = routes.find((one) => matches(one, pathname));
    if (route) this.seen.add(route);
    // Pictures have arrived, and nothing is on its way that would change the page while it is looked at.
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await this.album.take(page, name);
  }

  /** Opens an address and looks. */
  async open(person, path, name, ready) {
    await person.page.goto(path);
    await this.look(person, name, ready);
  }
}

function matches(route, pathname) {
  const [wanted, given] = [route.split('/'), pathname.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith('$') || part === given[index])
  );
}

const heading = ({ page }, name) => page.getByRole('heading', { name });
const button = ({ page }, name) => page.getByRole('button', { name });

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./installation.mjs').Installation} installation
 * @param {(step: string) => void} step
 */
export async function pages(browser, { site, setupLink, mailSite }, step) {
  const visits = new Visits();
  const people = await Promise.all(
    ['Ada', 'Hana', 'Ben', 'Nils', 'Vera'].map(async (name) => {
      const person = await meet(browser, site, name);
      visits.album.watch(person.page);
      return person;
    }),
  );
  const [admin, host, ben, nils, visitor] = people;
  step('accounts: setup, sign up, confirm, sign in, reset');
  await visitAccounts(visits, { admin, visitor, nils }, setupLink, mailSite);
  step('what is empty, and what is refused');
  await visitEmpty(visits, nils, visitor);
  step('the organizer writes an event; the administrator approves it');
  await signUp(host, mailSite);
  await signIn(host);
  const eventPath = await visitOrganizing(visits, { admin, host, visitor });
  step('the event, its tickets');
  await signUp(ben, mailSite);
  await signIn(ben);
  await visitTickets(visits, { ben, visitor, host }, eventPath);
  step('the live room: before, during and after');
  await visitLive(visits, { host, ben, nils }, eventPath);
  step('the door');
  await visitDoor(visits, { host, ben, nils }, eventPath);

  assert.deepEqual(
    routes.filter((route) => !visits.seen.has(route)),
    [],
    'every route was visited',
  );
  assert.deepEqual([...new Set(visits.album.faults)], []);
}

async function visitAccounts(visits, { admin, visitor, nils }, setupLink, mailSite) {
  await visits.open(visitor, setupLink, 'setup', button(visitor, 'Create administrator'));
  await becomeAdministrator(admin, setupLink);
  await visitor.page.reload();
  await visitor.page.getByLabel('Your name').fill('Vera');
  await visitor.page.getByLabel('Email').fill(visitor.email);
  await visitor.page.getByLabel('Password').fill(PASSWORD);
  await button(visitor, 'Create administrator').click();
  await visits.look(visitor, 'setup-used', heading(visitor, 'does not work any more'));

  await visits.open(nils, '/sign-up', 'sign-up', heading(nils, 'Create your account'));
  await button(nils, 'Create account').click();
  await visits.look(nils, 'sign-up-wrong', nils.page.getByText(/at least 10 characters/i));
  await nils.page.getByLabel('Your name').fill(nils.name);
  await nils.page.getByLabel('Email').fill(nils.email);
  await nils.page.getByLabel('Password').fill(PASSWORD);
  await button(nils, 'Create account').click();
  await visits.look(nils, 'sign-up-done', heading(nils, 'Check your mail'));

  const mail = await mailTo(mailSite, nils.email, /confirm/i);
  const link = linkIn(mail, '/verify-email#');
  await visits.open(nils, '/verify-email', 'verify-no-link', heading(nils, 'Open the link'));
  await visits.open(nils, link, 'verified', heading(nils, 'Your email is confirmed'));
  await visits.open(visitor, link, 'verify-used', heading(visitor, 'does not work any more'));
  await visits.open(
    visitor,
    '/verify-email#cut-off',
    'verify-malformed',
    heading(visitor, 'does not'),
  );

  await visits.open(nils, '/sign-in', 'sign-in', heading(nils, 'Sign in'));
  await nils.page.getByLabel('Email').fill(nils.email);
  await nils.page.getByLabel('Password').fill('not the right sentence');
  await button(nils, 'Sign in').click();
  await visits.look(nils, 'sign-in-wrong', nils.page.getByRole('alert'));

  await visits.open(nils, '/reset-password', 'reset', heading(nils, 'Reset your password'));
  await nils.page.getByLabel('Email').fill(nils.email);
  await nils.page.getByRole('main').getByRole('button').click();
  await visits.look(nils, 'reset-sent', heading(nils, 'Check your mail'));
  const reset = linkIn(await mailTo(mailSite, nils.email, /password/i), '/reset-password#');
  await visits.open(nils, reset, 'reset-link', heading(nils, 'Set a new password'));
  await nils.page.getByLabel('New password').fill(PASSWORD);
  await button(nils, 'Set password').click();
  await visits.look(nils, 'reset-done', heading(nils, 'Your new password is set'));
  await signIn(nils);
  await visits.open(nils, '/profile', 'profile', nils.page.getByLabel('Name').first());
}

async function visitEmpty(visits, nils, visitor) {
  await visits.open(visitor, '/', 'discover', heading(visitor, 'What is on'));
  await visits.open(visitor, '/?q=zzz', 'discover-nothing', heading(visitor, 'Nothing fits'));
  const never = '/?from=2130-01-01&to=2130-01-31';
  await visits.open(visitor, never, 'discover-no-day', heading(visitor, 'Nothing is on then'));
  await visits.open(visitor, '/nowhere', 'not-found', heading(visitor, 'There is nothing here'));
  const nobody = 'evt_01k00000000000000000000000';
  await visits.open(
    visitor,
    `/events/${nobody}`,
    'event-missing',
    heading(visitor, 'no such event'),
  );
  await visits.open(visitor, '/tickets', 'sign-in-first', heading(visitor, 'Sign in'));
  await visits.open(nils, '/tickets', 'tickets-none', heading(nils, 'No tickets yet'));
  await visits.open(nils, '/organize', 'organize-first', button(nils, 'Create organization'));
  await visits.open(
    nils,
    '/admin/approvals',
    'approvals-refused',
    heading(nils, 'for administrators'),
  );
  const room = 'ses_01k00000000000000000000000';
  await visits.open(nils, `/live/${room}`, 'live-missing', heading(nils, 'no live session'));
  const missing = heading(nils, 'no live session');
  await visits.open(nils, `/live/${room}/connections`, 'connections-missing', missing);
}

/** Answers with the path of the published event. */
async function visitOrganizing(visits, { admin, host, visitor }) {
  await organizing.createOrganization(host);
  await visits.look(host, 'organize-none', heading(host, 'Your first event'));
  await button(host, 'New event').first().click();
  await visits.look(host, 'new-event', host.page.getByRole('dialog'));
  await host.page.keyboard.press('Escape');
  const { eventPath } = await organizing.createEvent(host);
  await visits.look(host, 'editor-new', host.page.getByLabel('Summary'));
  await organizing.fillEvent(host);
  await button(host, 'Add session').first().click();
  await visits.look(host, 'session-dialog', host.page.getByRole('dialog'));
  await host.page.keyboard.press('Escape');
  await visits.look(host, 'editor', heading(host, 'Where it stands'));
  await organizing.submit(host);
  await visits.look(host, 'editor-submitted', button(host, 'Withdraw'));
  await visits.open(visitor, eventPath, 'event-hidden', heading(visitor, 'no such event'));
  await visits.open(admin, '/admin/approvals', 'approvals', button(admin, 'Approve'));
  await button(admin, 'Send back').click();
  await visits.look(admin, 'send-back', admin.page.getByRole('dialog'));
  await admin.page.keyboard.press('Escape');
  await organizing.approve(admin);
  await visits.look(admin, 'approvals-none', heading(admin, 'Nothing waits for you'));
  await organizing.publish(host, eventPath);
  await visits.open(
    host,
    '/organize',
    'organize',
    host.page.getByRole('list', { name: 'Your events' }),
  );
  return eventPath;
}

async function visitTickets(visits, { ben, visitor, host }, eventPath) {
  const get = ({ page }) => page.getByRole('link', { name: 'Get a ticket' });
  await visits.open(visitor, eventPath, 'event', get(visitor));
  await visits.open(
    visitor,
    `${eventPath}/tickets`,
    'choose-signed-out',
    button(visitor, 'Sign in to'),
  );
  await visits.open(
    host,
    eventPath,
    'event-team',
    host.page.getByRole('link', { name: 'Manage event' }),
  );
  await visits.open(ben, `${eventPath}/tickets`, 'choose', button(ben, 'Continue'));
  await button(ben, 'Continue').click();
  await visits.look(ben, 'details', ben.page.getByText('Who are the tickets for?'));
  await ben.page.getByLabel('Name').fill('');
  await button(ben, 'Get my ticket').click();
  await visits.look(ben, 'details-wrong', ben.page.getByText(/Write the name/));
  await ben.page.getByLabel('Name').fill(ben.name);
  await button(ben, 'Get my ticket').click();
  await visits.look(ben, 'got-it', heading(ben, /You are in/));
  await visits.open(ben, '/tickets', 'tickets', button(ben, 'Show it large'));
  await button(ben, 'Show it large').first().click();
  await visits.look(ben, 'ticket-large', ben.page.getByRole('dialog'));
  await visits.open(ben, eventPath, 'event-mine', ben.page.getByText(/Go to the room|Join now/));
  await visits.open(ben, '/', 'discover-full', heading(ben, organizing.TITLE));
  await visits.open(ben, '/?when=week', 'discover-week', heading(ben, organizing.TITLE));
}

async function visitLive(visits, { host, ben, nils }, eventPath) {
  const path = await organizing.livePath(host, eventPath);
  await visits.open(nils, path, 'live-no-ticket', nils.page.getByText(/people with a ticket/));
  await visits.open(ben, path, 'live-waiting', heading(ben, 'The session has not begun'));
  const meter = host.page.getByRole('meter', { name: 'Microphone level' });
  await visits.open(host, path, 'live-devices', meter);
  await button(host, 'Go live').click();
  await visits.look(host, 'live-on-stage', host.page.getByRole('toolbar', { name: 'Controls' }));
  await visits.look(ben, 'live-open', button(ben, 'Join the session'));
  await comeIn(ben.page);
  await visits.look(ben, 'live-watching', heading(ben, 'Nobody has written yet'));
  const words =
    'A longer word of thanks, so that a line of the chat has something to break in two.';
  for (const [{ page }, text] of [
    [ben, 'Hello from the hall'],
    [host, words],
  ]) {
    await say(page, text);
    await reads(page, text);
  }
  await reads(ben.page, words);
  await visits.look(ben, 'live-chat', ben.page.getByRole('log'));
  await visitConnections(visits, { host, ben }, path);
  await button(host, 'End for everybody').click();
  await visits.look(host, 'live-end-asked', host.page.getByRole('dialog'));
  await button(host, 'End the session').click();
  await visits.look(ben, 'live-over', heading(ben, 'The session is over'));
  await visits.look(host, 'live-over-host', heading(host, 'The session is over'));
  await visits.open(ben, path, 'live-after', heading(ben, 'The session is over'));
  const gone = host.page.getByText('Left', { exact: true });
  await visits.open(host, `${path}/connections`, 'connections-after', gone);
}

/** A second page of the host's, as the link in the live room opens it. */
async function visitConnections(visits, { host, ben }, path) {
  const link = host.page.getByRole('link', { name: 'Everybody’s connections' });
  const [page] = await Promise.all([host.page.context().waitForEvent('page'), link.click()]);
  visits.album.watch(page);
  const team = { ...host, page };
  await visits.look(team, 'connections', page.getByRole('list', { name: /Connections/ }));
  await page.getByRole('searchbox').fill('nobody of that name');
  await visits.look(team, 'connections-nobody', heading(team, 'Nobody fits'));
  await page.close();
  const second = { ...ben, page: await ben.page.context().newPage() };
  visits.album.watch(second.page);
  await visits.open(
    second,
    `${path}/connections`,
    'connections-refused',
    heading(second, 'for the event’s team'),
  );
  await second.page.close();
}

async function visitDoor(visits, { host, ben, nils }, eventPath) {
  const door = `/organize${eventPath}/check-in`;
  await visits.open(nils, door, 'check-in-refused', heading(nils, 'You may not check in here'));
  await visits.open(host, door, 'check-in', host.page.getByText('Ready for the next ticket'));
  await organizing.checkIn(host, eventPath, await ticketCode(ben.page), 1);
  await visits.look(host, 'check-in-scans', heading(host, 'Check in'));
}
