// Hands that have a keyboard and nothing else, and eyes that look where the focus is after each key.
import assert from 'node:assert/strict';
import { until } from './until.mjs';

/** More stops than any page has: who has not arrived by then is trapped, or the thing cannot be reached. */
const STOPS_MAX = 150;
const ANSWER_MAX_MS = 15_000;

export class Hands {
  /** What was wrong with the focus, with where. */
  faults = [];

  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Goes with Tab (or back, with Shift+Tab) to the first of what the locator finds. */
  async reach(locator, { back = false } = {}) {
    const target = locator.first();
    await target.waitFor();
    const passed = [];
    for (let stops = 0; stops < STOPS_MAX; stops += 1) {
      if (await isFocused(target)) return;
      await this.page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
      passed.push(await this.#look());
    }
    throw new Error(`the keyboard does not reach ${locator}; it went over: ${passed.join(' · ')}`);
  }

  /** Fills a field that is reached by Tab; what was in it is replaced. */
  async fill(locator, text) {
    await this.reach(locator);
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
  }

  /** Fills a date and time, digit by digit, as its parts take them: month, day, year, hour, minute, half of the day. */
  async fillTime(locator, date) {
    await this.reach(locator);
    const two = (number) => String(number).padStart(2, '0');
    const hour = date.getHours();
    await this.page.keyboard.type(
      `${two(date.getMonth() + 1)}${two(date.getDate())}${date.getFullYear()}`,
    );
    // A year may have six digits, so it does not end by itself.
    await this.page.keyboard.press('ArrowRight');
    await this.page.keyboard.type(
      `${two(hour % 12 || 12)}${two(date.getMinutes())}${hour < 12 ? 'AM' : 'PM'}`,
    );
  }

  /**
   * Reaches something, presses it, and waits for what that brings. The focus must then be somewhere.
   * @param {import('playwright-core').Locator} locator
   * @param {import('playwright-core').Locator | (() => Promise<unknown>)} brings
   * @param {string} key
   */
  async press(locator, brings, key = 'Enter') {
    await this.reach(locator);
    await this.#push(key, brings, `${locator}`);
  }

  /** Presses a key where the focus is. */
  async push(key, brings) {
    await this.#push(key, brings, await this.#look());
  }

  async #push(key, brings, what) {
    await this.page.keyboard.press(key);
    if (typeof brings === 'function') await brings();
    else await brings.first().waitFor();
    await until(`the focus to be somewhere after ${key} on ${what}`, ANSWER_MAX_MS, () =>
      this.page.evaluate(() => document.activeElement !== document.body),
    ).catch((error) => this.faults.push(error.message));
  }

  /** Where the focus is, in words; what is wrong with it is kept. */
  async #look() {
    const { name, fault } = await this.page.evaluate(lookAtFocus);
    if (fault) this.faults.push(`${new URL(this.page.url()).pathname}: ${name}: ${fault}`);
    return name;
  }

  /** @throws when the focus was lost or could not be seen anywhere on the way. */
  assertSeen() {
    assert.deepEqual([...new Set(this.faults)], []);
  }
}

function isFocused(locator) {
  return locator.evaluate((element) => element === document.activeElement).catch(() => false);
}

/** Runs in the page. */
function lookAtFocus() {
  const element = document.activeElement;
  // Past the last stop the browser's own controls have their turn.
  if (!element || element === document.body) return { name: 'outside the page', fault: '' };
  const words = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText;
  const name = `${element.localName} "${(words ?? element.innerText ?? '').slice(0, 40)}"`;
  // A card shows it for its link, a choice for its box, a label for its field.
  const around = [element, element.nextElementSibling];
  for (let one = element.parentElement; one && around.length < 7; one = one.parentElement) {
    around.push(one);
  }
  const outlined = around.some((one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
  });
  if (!outlined) return { name, fault: 'nothing shows that it has the focus' };
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  // What is taller than the window has its middle anywhere.
  if (box.height > innerHeight || box.width === 0) return { name, fault: '' };
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
    return { name, fault: 'it has the focus and is not in view' };
  }
  const there = document.elementFromPoint(x, y);
  const shown =
    there &&
    (element.contains(there) ||
      there.contains(element) ||
      there.closest('label')?.control === element);
  return { name, fault: shown ? '' : `it has the focus behind ${there?.outerHTML.slice(0, 80)}` };
}
