// LiveKit's web client in Firefox, the browser that is installed here, in one room with the same client in Chromium.
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';
import { Client } from './media/client.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

const ROOM = 'hall';
const START_MAX_MS = 180_000;
const LAYER_WIDTHS = [320, 640, 1280];
const QUALITY = { LOW: 0, HIGH: 2 };

/**
 * @param {import('playwright-core').Browser} chromium
 * @param {import('./media/bench.mjs').Bench} bench
 * @param {(step: string) => void} step
 */
export async function firefox(chromium, bench, step) {
  const browser = await openFirefox();
  try {
    step(await browser.version());
    const fox = await open(browser, bench, 'fox');
    const other = await Client.open(chromium, bench, 'other');
    await Promise.all([fox, other].map((person) => person.join(ROOM)));
    for (const [what, scenario] of SCENARIOS) {
      step(what);
      await scenario(fox, other);
    }
  } finally {
    await browser.close();
  }
}

/** Firefox, by WebDriver BiDi, with devices that show and play a test pattern. */
function openFirefox() {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    timeout: START_MAX_MS,
    protocolTimeout: START_MAX_MS,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      // Everything is on loopback here, which is no candidate otherwise.
      'media.peerconnection.ice.loopback': true,
      // It would fetch H264's decoder from its maker.
      'media.gmp-manager.updateEnabled': false,
    },
  });
}

async function open(browser, bench, identity) {
  const page = await browser.newPage();
  page.setDefaultTimeout(WAIT_MAX_MS);
  await page.goto(bench.site);
  return new Client(page, bench, identity);
}

const SCENARIOS = [
  ['both publish camera and microphone, each sees and hears the other', publish],
  ['each takes layers of the other by choice', choose],
  ['mute and unmute', mute],
  ['data, text streams and calls', talk],
  [
    'resume after a cut of the signalling',
    (fox, other) => comeBack(fox, other, 'signal-reconnect'),
  ],
  ['full reconnect', (fox, other) => comeBack(fox, other, 'full-reconnect')],
];

const bothWays = (fox, other) => [
  [fox, other],
  [other, fox],
];

async function publish(fox, other) {
  for (const person of [fox, other]) {
    await person.run(() => globalThis.publishCamera());
    await person.run(() => globalThis.room.localParticipant.setMicrophoneEnabled(true));
  }
  for (const person of [fox, other]) {
    await person.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
    await person.run(() => globalThis.show('camera', 640, 360));
    await person.watches('camera');
    await hears(person);
  }
}

async function hears(person) {
  const { packetsReceived: before } = await person.run(() => globalThis.inbound('microphone'));
  await person.sees(
    'sound',
    async (earlier) => (await globalThis.inbound('microphone')).packetsReceived > earlier + 20,
    before,
  );
}

/**
 * The first time that Firefox's highest layer is wanted may take half a minute: Firefox sends it (getStats, `f`) only when its
 * own estimate has room, which grows from 300 kbit/s without probes; from then on a change takes less than a second.
 */
async function choose(fox, other) {
  for (const [from, to] of bothWays(fox, other)) {
    const widths = new Set();
    for (const quality of [QUALITY.LOW, QUALITY.HIGH]) {
      await to.run((one) => globalThis.remote('camera').setVideoQuality(one), quality);
      const wanted = quality === QUALITY.LOW ? LAYER_WIDTHS[0] : LAYER_WIDTHS.at(-1);
      await to.watches('camera', wanted);
      widths.add(wanted);
    }
    assert.equal(widths.size, 2, `${from.identity}'s layers`);
  }
}

async function mute(fox, other) {
  for (const [from, to] of bothWays(fox, other)) {
    await to.run(() => globalThis.forget());
    await from.run(() => globalThis.room.localParticipant.setCameraEnabled(false));
    await to.sees('the camera muted', () => globalThis.remote('camera').isMuted);
    await from.run(() => globalThis.room.localParticipant.setCameraEnabled(true));
    await to.sees('the camera unmuted', () => globalThis.count('trackUnmuted') === 1);
    await to.watches('camera');
  }
}

async function talk(fox, other) {
  for (const [from, to] of bothWays(fox, other)) {
    await to.run(() => {
      globalThis.forget();
      globalThis.room.registerTextStreamHandler('notes', async (reader) => {
        globalThis.received.push({ text: await reader.readAll() });
      });
      globalThis.room.registerRpcMethod('ask', async ({ payload, callerIdentity }) => {
        return `${callerIdentity} asked ${payload}`;
      });
    });
    const answer = await from.run(async (whom) => {
      const me = globalThis.room.localParticipant;
      await me.publishData(new TextEncoder().encode('to all'), { reliable: true });
      await me.sendText('a longer text', { topic: 'notes' });
      return me.performRpc({ destinationIdentity: whom, method: 'ask', payload: 'why' });
    }, to.identity);
    assert.equal(answer, `${from.identity} asked why`);
    await to.sees('both texts', () => globalThis.received.length === 2);
    const texts = await to.run(() => globalThis.received.map(({ text }) => text).sort());
    assert.deepEqual(texts, ['a longer text', 'to all']);
  }
}

/** Firefox is cut; both see and hear each other again. */
async function comeBack(fox, other, scenario) {
  await fox.run(() => globalThis.forget());
  await fox.run((one) => void globalThis.room.simulateScenario(one), scenario);
  await fox.sees('the connection again', () => globalThis.count('reconnected') === 1);
  for (const person of [fox, other]) {
    await person.sees('the camera', () => Boolean(globalThis.remote('camera')?.track));
    await person.run(() => {
      document.querySelector('video.camera')?.remove();
      globalThis.show('camera', 640, 360);
    });
    await person.watches('camera');
    await hears(person);
  }
}
