// What an event's team and an administrator do.
import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

export const TITLE = 'The first show';
const DAY_MS = 24 * 3600_000;

/** Makes an organization and an event with a live session and a free ticket. @param {import('./people.mjs').Person} host */
export async function writeEvent(host) {
  await createOrganization(host);
  const { eventPath } = await createEvent(host);
  await fillEvent(host);
  return { eventPath };
}

export async function createOrganization({ page }) {
  await page.goto('/organize');
  await page.getByLabel('Organization name').fill('Open Stage Society');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('button', { name: 'New event' }).first().waitFor();
}

export async function createEvent({ page }) {
  await page.getByRole('button', { name: 'New event' }).first().click();
  await page.getByLabel('Title').fill(TITLE);
  await page.getByRole('button', { name: 'Create event' }).click();
  await page.waitForURL(/\/organize\/events\/evt_/);
  return { eventPath: new URL(page.url()).pathname.replace('/organize', '') };
}

/** Fills the editor with what has to be there before submitting. */
export async function fillEvent({ page }) {
  await page.getByLabel('Summary').fill('Talks and songs, live from a browser.');
  await page
    .getByLabel('Description')
    .fill('# What to expect\n\nA **show** that you can join from anywhere.');
  const start = new Date(Date.now() - 3600_000);
  await page.getByLabel('Start', { exact: true }).fill(wallTime(start));
  await page.getByLabel('End', { exact: true }).fill(wallTime(new Date(start.getTime() + DAY_MS)));
  await saved(page);

  await page.getByRole('button', { name: 'Add session' }).first().click();
  const session = page.getByRole('dialog');
  await session.getByLabel('Session title').fill('Opening');
  await session.getByLabel('Session start').fill(wallTime(start));
  await session.getByLabel('Session end').fill(wallTime(new Date(start.getTime() + DAY_MS)));
  const live = session.getByLabel('Has a live room');
  if (!(await live.isChecked())) await live.click();
  await session.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Opening').first().waitFor();

  await page.getByRole('button', { name: 'Add ticket type' }).first().click();
  const type = page.getByRole('dialog');
  await type.getByLabel('Ticket name').fill('Standard');
  await type.getByLabel('Capacity').fill('100');
  await type.getByRole('button', { name: 'Save ticket type' }).click();
  await page.getByText('Standard').first().waitFor();
}

export async function submit({ page }) {
  await page.getByRole('button', { name: 'Submit for approval' }).first().click();
  await page
    .getByRole('button', { name: /withdraw/i })
    .first()
    .waitFor();
}

export async function approve({ page }) {
  await page.goto('/admin/approvals');
  const waiting = page.getByRole('heading', { name: TITLE });
  await waiting.waitFor();
  await page.getByRole('button', { name: 'Approve' }).first().click();
  await waiting.waitFor({ state: 'hidden' });
}

export async function publish({ page }, eventPath) {
  await page.goto(`/organize${eventPath}`);
  await page.getByRole('button', { name: 'Publish' }).first().click();
  await page.getByRole('button', { name: 'Publish' }).first().waitFor({ state: 'hidden' });
}

/** The address of the event's live session. */
export async function livePath({ page }, eventPath) {
  await page.goto(`/organize${eventPath}`);
  const link = page.locator('a[href^="/live/"]').first();
  return link.getAttribute('href');
}

/** From the device check to the stage. */
export async function goLive({ page }, livePath) {
  await page.goto(livePath);
  await page.getByRole('meter', { name: 'Microphone level' }).waitFor();
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.getByRole('toolbar', { name: 'Controls' }).waitFor();
}

/** Scans a code twice at the door, which is all that the door has seen; `tickets` is how many there are. */
export async function checkIn({ page }, eventPath, code, tickets) {
  await page.goto(`/organize${eventPath}/check-in`);
  for (const [text, seen] of [
    [code, 'Welcome'],
    [code, 'Scanned before'],
    ['PLT1:forged', 'Not a ticket'],
  ]) {
    await page.getByLabel('Code', { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText(seen).first().waitFor();
  }
  await page.getByText(`1 of ${tickets} checked in`).waitFor();
}

async function saved(page) {
  await until('the draft to be saved', WAIT_MAX_MS, () =>
    page.getByText('Saved', { exact: true }).isVisible(),
  );
}

/** As a datetime-local input takes it, on the browser's clock. */
function wallTime(date) {
  const two = (number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
