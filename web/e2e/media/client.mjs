// Somebody with livekit-client in a page of their own.
import { until } from '../until.mjs';
import { WAIT_MAX_MS } from '../waits.mjs';

export class Client {
  #bench;

  /**
   * @param {import('playwright-core').Page | import('puppeteer-core').Page} page Of the bench: page.js is in it.
   * @param {import('./bench.mjs').Bench} bench
   * @param {string} identity
   */
  constructor(page, bench, identity) {
    this.page = page;
    this.identity = identity;
    this.#bench = bench;
  }

  static async open(browser, bench, identity) {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MAX_MS);
    await page.goto(bench.site);
    return new Client(page, bench, identity);
  }

  /** Somebody else in another page of the same browser. */
  async beside(identity) {
    const page = await this.page.context().newPage();
    page.setDefaultTimeout(WAIT_MAX_MS);
    await page.goto(this.#bench.site);
    return new Client(page, this.#bench, identity);
  }

  async leave() {
    await this.run(() => globalThis.room.disconnect());
    await this.page.close();
  }

  async join(room, options = {}) {
    const token = this.#bench.token(this.identity, { roomJoin: true, room });
    await this.page.evaluate(
      ([url, key, how]) => globalThis.join(url, key, how),
      [this.#bench.url, token, options],
    );
  }

  run(act, given) {
    return this.page.evaluate(act, given);
  }

  /** Waits until it is so. */
  async sees(what, look, given) {
    // Not by `waitForFunction`, which takes a promise for true.
    await until(what, WAIT_MAX_MS, () => this.page.evaluate(look, given)).catch((error) =>
      this.#explain(what, error),
    );
  }

  /** Waits for more frames of a source, of this width if one is given. */
  async watches(source, width) {
    const { framesDecoded } = await this.run((one) => globalThis.inbound(one), source);
    await this.sees(
      `frames of ${source}${width ? ` ${width} wide` : ''}`,
      async ([one, wide, before]) => {
        const now = await globalThis.inbound(one);
        return now.framesDecoded > before + 5 && (!wide || now.frameWidth === wide);
      },
      [source, width, framesDecoded],
    );
  }

  async #explain(what, error) {
    const state = await this.page.evaluate(async () => ({
      camera: await globalThis.inbound('camera'),
      sent: await globalThis.outbound(),
      happened: globalThis.happened.slice(-12).map(({ name }) => name),
    }));
    throw new Error(
      `${this.identity} waited for ${what}: ${error.message} ${JSON.stringify(state)}`,
    );
  }
}
