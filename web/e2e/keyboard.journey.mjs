// The main path without a mouse: nobody here clicks. Addresses are opened only where a mail or a person gives them.
import { Hands } from './hands.mjs';
import { linkIn, mailTo } from './mail.mjs';
import { meet, PASSWORD, watches } from './people.mjs';
import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

const TITLE = 'A show by keyboard';
const HOUR_MS = 3600_000;

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./installation.mjs').Installation} installation
 * @param {(step: string) => void} step
 */
export async function keyboard(browser, { site, setupLink, mailSite }, step) {
  const [admin, host, ben] = await Promise.all(
    ['Ada', 'Hana', 'Ben'].map(async (name) => {
      const person = await meet(browser, site, name);
      return { ...person, hands: new Hands(person.page) };
    }),
  );
  step('an administrator is made');
  await becomeAdministrator(admin, setupLink);
  step('an organizer signs up, confirms and signs in');
  await signUp(host, mailSite);
  step('an organization, an event, a session and a ticket type');
  await writeEvent(host);
  step('it is submitted, approved and published');
  await agree(host, admin);
  step('an attendee signs up and gets a ticket');
  await signUp(ben, mailSite);
  const code = await getTicket(ben);
  step('the organizer checks devices and goes live; the attendee joins');
  await perform(host, ben);
  step('the ticket is checked in by typing its code');
  await checkIn(host, code);
  step('the focus was always to be seen');
  for (const { hands } of [admin, host, ben]) hands.assertSeen();
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name });
const heading = (page, name) => page.getByRole('heading', { name });

async function becomeAdministrator({ page, hands, name, email }, setupLink) {
  await page.goto(setupLink);
  await hands.fill(page.getByLabel('Your name'), name);
  await hands.fill(page.getByLabel('Email'), email);
  await hands.fill(page.getByLabel('Password'), PASSWORD);
  await hands.push('Enter', () => page.waitForURL((url) => !url.pathname.startsWith('/setup')));
}

async function signUp({ page, hands, name, email }, mailSite) {
  await page.goto('/');
  await hands.press(link(page, 'Sign up'), heading(page, 'Create your account'));
  await hands.fill(page.getByLabel('Your name'), name);
  await hands.fill(page.getByLabel('Email'), email);
  await hands.fill(page.getByLabel('Password'), PASSWORD);
  await hands.press(button(page, 'Create account'), heading(page, 'Check your mail'));
  await page.goto(linkIn(await mailTo(mailSite, email, /confirm/i), '/verify-email#'));
  await heading(page, 'Your email is confirmed').waitFor();
  await hands.press(
    page.getByRole('main').getByRole('link', { name: 'Sign in' }),
    heading(page, 'Sign in'),
  );
  await hands.fill(page.getByLabel('Email'), email);
  await hands.fill(page.getByLabel('Password'), PASSWORD);
  await hands.push('Enter', () => page.waitForURL((url) => !url.pathname.startsWith('/sign-in')));
}

async function writeEvent({ page, hands }) {
  await hands.press(link(page, 'Organize'), page.getByLabel('Organization name'));
  await hands.fill(page.getByLabel('Organization name'), 'Keyboard Club');
  await hands.push('Enter', button(page, 'New event'));
  await hands.press(button(page, 'New event'), page.getByRole('dialog'));
  await hands.fill(page.getByLabel('Title'), TITLE);
  await hands.push('Enter', () => page.waitForURL(/\/organize\/events\/evt_/));

  const start = new Date(Date.now() - HOUR_MS);
  await hands.fill(page.getByLabel('Summary'), 'Typed from its first word to its last.');
  await hands.fill(page.getByLabel('Description'), 'Everything here works with keys alone.');
  await hands.fillTime(page.getByLabel('Start', { exact: true }), start);
  await hands.fillTime(
    page.getByLabel('End', { exact: true }),
    new Date(start.getTime() + 24 * HOUR_MS),
  );
  await until('the draft to be saved', WAIT_MAX_MS, () =>
    page.getByText('Saved', { exact: true }).isVisible(),
  );

  // A session takes its times from the event, and has a live room unless one says otherwise.
  await hands.press(button(page, 'Add session'), page.getByRole('dialog'), 'Space');
  await hands.fill(page.getByLabel('Session title'), 'Opening');
  await hands.press(button(page, 'Save session'), page.getByText('Opening'));
  await hands.press(button(page, 'Add ticket type'), page.getByRole('dialog'), 'Space');
  await hands.fill(page.getByLabel('Ticket name'), 'Standard');
  await hands.fill(page.getByLabel('Capacity'), '20');
  await hands.push('Enter', page.getByText('Standard'));
}

async function agree(host, admin) {
  await host.hands.reach(button(host.page, 'Submit for approval'), { back: true });
  await host.hands.push('Enter', button(host.page, 'Withdraw'));
  const { page, hands } = admin;
  await hands.press(link(page, 'Approvals'), heading(page, TITLE));
  await hands.press(button(page, 'Approve'), heading(page, 'Nothing waits for you'));
  await host.page.reload();
  const publish = button(host.page, 'Publish');
  await host.hands.press(publish, () => publish.waitFor({ state: 'hidden' }));
}

/** Answers with the ticket's code. */
async function getTicket({ page, hands }) {
  await hands.press(link(page, 'Discover'), link(page, TITLE));
  await hands.press(link(page, TITLE), link(page, 'Get a ticket'));
  await hands.press(link(page, 'Get a ticket'), page.getByText('Choose your tickets'));
  await hands.press(button(page, 'Continue'), page.getByText('Who are the tickets for?'));
  await hands.press(button(page, 'Get my ticket'), heading(page, /You are in/));
  await hands.press(link(page, 'See my tickets'), heading(page, 'My tickets'));
  await hands.press(button(page, 'Show it large'), page.getByRole('dialog'));
  await hands.press(button(page, 'Copy code'), page.getByText('The code is copied.'));
  const code = await page.evaluate(() => navigator.clipboard.readText());
  await hands.push('Escape', () => page.getByRole('dialog').waitFor({ state: 'hidden' }));
  await hands.press(link(page, 'Open event'), link(page, /Go to the room|Join now/));
  return code;
}

async function perform(host, ben) {
  const lobby = heading(ben.page, 'The session has not begun');
  await ben.hands.press(link(ben.page, /Go to the room|Join now/), lobby);
  const stage = host.page.locator('a[href^="/live/"]');
  await host.hands.press(stage, host.page.getByRole('meter', { name: 'Microphone level' }));
  const toolbar = host.page.getByRole('toolbar', { name: 'Controls' });
  await host.hands.press(button(host.page, 'Go live'), toolbar);

  const inside = ben.page.getByRole('toolbar', { name: 'Controls' });
  await ben.hands.press(button(ben.page, 'Join the session'), inside);
  await watches(ben.page);
  for (const [from, words] of [
    [ben, 'Written with ten fingers'],
    [host, 'And read with joy'],
  ]) {
    await from.hands.fill(from.page.getByLabel('Your message'), words);
    await from.hands.push('Enter', from.page.getByRole('log').getByText(words));
    for (const { page } of [ben, host]) await page.getByRole('log').getByText(words).waitFor();
  }
  await host.hands.press(
    button(host.page, 'Turn the microphone off'),
    button(host.page, 'Turn the microphone on'),
    'Space',
  );
  await host.hands.press(button(host.page, 'End for everybody'), host.page.getByRole('dialog'));
  const over = host.page.getByText('The session is over');
  await host.hands.press(button(host.page, 'End the session'), over);
  await heading(ben.page, 'The session is over').first().waitFor();
}

async function checkIn({ page, hands }, code) {
  await hands.press(link(page, 'Back to the event'), link(page, 'Check in'));
  await hands.press(link(page, 'Check in'), heading(page, 'Check in'));
  for (const seen of ['Welcome', 'Scanned before']) {
    await hands.fill(page.getByLabel('Code', { exact: true }), code);
    await hands.push('Enter', page.getByText(seen));
  }
}
