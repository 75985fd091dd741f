// A node by itself, as a plain LiveKit server, and a page that has livekit-client and nothing of ours.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { freePort, programAt } from '../installation.mjs';
import { until } from '../until.mjs';

const START_MAX_MS = 60_000;
const KEY = 'plenary';
const SECRET = 'a-secret-of-the-media-journey-and-of-nothing-else';
const TOKEN_S = 3600;
const FILES = {
  '/livekit-client.js': createRequire(import.meta.url).resolve('livekit-client'),
  '/page.js': fileURLToPath(new URL('page.js', import.meta.url)),
};
const PAGE = `<!doctype html><html lang="en"><title>Media</title>
<script src="/livekit-client.js"></script><script src="/page.js"></script>`;

/**
 * @typedef {object} Bench
 * @property {string} site Where the page is.
 * @property {string} url Where livekit-client connects.
 * @property {string} api Where LiveKit's server API is.
 * @property {(identity: string, grants: object) => string} token
 * @property {() => string} log
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<Bench>} */
export async function startBench() {
  const port = await freePort();
  const node = spawn(programAt('sfu-node'), ['--standalone'], {
    env: {
      ...process.env,
      NO_COLOR: '1',
      PLENARY_SFU_MEDIA_KEY: KEY,
      PLENARY_SFU_MEDIA_SECRET: SECRET,
      PLENARY_SFU_HTTP_LISTEN: `127.0.0.1:${port}`,
      PLENARY_SFU_MEDIA_LISTEN: `${process.env.ISLAND_ADDRESS ?? '127.0.0.1'}:0`,
    },
  });
  let output = '';
  for (const stream of [node.stdout, node.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = once(node, 'exit');
  await until('the node answers', START_MAX_MS, async () => {
    if (node.exitCode !== null) throw new Error(`sfu-node ended while it started:\n${output}`);
    return fetch(`http://127.0.0.1:${port}/rtc/validate`).catch(() => undefined);
  });
  const pages = createServer(serve).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  return {
    site: `http://127.0.0.1:${pages.address().port}`,
    url: `ws://127.0.0.1:${port}`,
    api: `http://127.0.0.1:${port}/twirp/livekit.RoomService`,
    token,
    log: () => output,
    stop: async () => {
      pages.closeAllConnections();
      pages.close();
      node.kill('SIGINT');
      await ended;
    },
  };
}

function serve(request, response) {
  const file = FILES[request.url];
  if (file) {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    createReadStream(file).pipe(response);
  } else if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  } else {
    response.writeHead(404).end();
  }
}

/** A LiveKit access token: a JWT with HS256. */
function token(identity, grants) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: KEY,
    sub: identity,
    name: identity,
    nbf: now - 10,
    exp: now + TOKEN_S,
    video: grants,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}
