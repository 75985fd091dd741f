// LiveKit's Node SDK and server SDK against a node: runs the scenarios and ends with `N passed, N failed`.
// Usage: node run.mjs ws://127.0.0.1:7880 API_KEY API_SECRET [SCENARIO…]. Needs the packages of package-lock.json.
import { dispose } from '@livekit/rtc-node';
import { administration } from './administration.mjs';
import { Client, Server } from './client.mjs';
import { meeting } from './meeting.mjs';

const DEADLINE_MS = 30_000;
const [url, key, secret, ...chosen] = process.argv.slice(2);
const server = new Server(url, key, secret);

async function run(name, scenario) {
  const [ada, bob] = [new Client(server, 'ada'), new Client(server, 'bob')];
  const room = `node-${name}`;
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE_MS / 1_000} s`)), DEADLINE_MS);
  });
  const work = async () => {
    await ada.connect(room);
    await bob.connect(room);
    await scenario({ ada, bob, room, server });
  };
  try {
    await Promise.race([work(), deadline]);
  } catch (error) {
    console.log(`    ${ada.story()}\n    ${bob.story()}`);
    throw error;
  } finally {
    clearTimeout(timer);
    await Promise.all([ada.close(), bob.close()]);
  }
}

const words = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
let [passed, failed] = [0, 0];
for (const [name, scenario] of Object.entries({ ...meeting, ...administration })) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const started = Date.now();
  let result = 'ok    ';
  try {
    await run(name, scenario);
    passed += 1;
  } catch (error) {
    failed += 1;
    result = 'FAILED';
    console.log(error);
  }
  console.log(`  ${result} node: ${words(name)} (${((Date.now() - started) / 1_000).toFixed(1)} s)`);
}
console.log(`${passed} passed, ${failed} failed`);
await dispose();
process.exit(passed > 0 && failed === 0 ? 0 : 1);
