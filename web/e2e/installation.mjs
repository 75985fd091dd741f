// A whole Plenary of a journey's own: started as a person would start it, on free ports and with an empty data folder.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const START_MAX_MS = 300_000;
const STOP_MAX_MS = 30_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where cargo has put a program; $JOURNEY_PROFILE names a folder of other programs than those for tests. */
export function programAt(name) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  return join(target, process.env.JOURNEY_PROFILE ?? 'debug', name);
}

/**
 * @typedef {object} Installation
 * @property {string} site
 * @property {string} setupLink
 * @property {string} mailSite
 * @property {() => string} log
 * @property {(program: string) => Promise<void>} kill Kills a process of it as nothing can be caught, and waits for the next one.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {object} options
 * @param {boolean} options.separate Each service in a process of its own, or all in one.
 * @param {Record<string, string>} [options.settings] Variables that this installation differs by.
 * @returns {Promise<Installation>}
 */
export async function startInstallation({ separate, settings = {} }) {
  const data = mkdtempSync(join(tmpdir(), 'plenary-journey-'));
  const port = await freePort();
  const args = ['up', '--data', join(data, 'data'), '--web', join(root, 'web/dist')];
  const environment = {
    ...process.env,
    NO_COLOR: '1',
    PLENARY_GATEWAY_LISTEN: `127.0.0.1:${port}`,
    // Everybody here comes from one address; how often one may knock has tests of its own.
    PLENARY_GATEWAY_REQUESTS_RATE: '0',
    PLENARY_GATEWAY_SIGN_IN_RATE: '0',
    PLENARY_GATEWAY_SOCKET_RATE: '0',
    ...settings,
  };
  const child = spawn(programAt('plenary'), separate ? [...args, '--separate'] : args, {
    env: environment,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = once(child, 'exit');
  try {
    await until('Plenary is running', START_MAX_MS, () => {
      if (child.exitCode !== null) throw new Error(`plenary ended while it started:\n${output}`);
      return output.includes('Ctrl-C ends it');
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${error.message}\n${output}`);
  }
  const site = `http://127.0.0.1:${port}`;
  return {
    site,
    setupLink: output.match(/\S+\/setup#\S+/)?.[0] ?? '',
    mailSite: output.match(/Captured mail: (\S+)\/dev\/mail/)?.[1] ?? site,
    log: () => output,
    kill: (name) => kill(child.pid, name),
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
      await ended;
      clearTimeout(timer);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Ends a child of `parent` by SIGKILL; whoever looks after it starts another. */
async function kill(parent, name) {
  const first = childOf(parent, name);
  if (!first) throw new Error(`there is no ${name}`);
  process.kill(first, 'SIGKILL');
  await until(`${name} to be started again`, START_MAX_MS, () => {
    const next = childOf(parent, name);
    return next !== undefined && next !== first;
  });
}

/** The child that is this program now. What has ended and was not waited for yet is none. */
function childOf(parent, name) {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=,comm=', '--ppid', String(parent)], {
    encoding: 'utf8',
  });
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/));
  const found = rows.find(([, state, command]) => command === name && !state.startsWith('Z'));
  return found && Number(found[0]);
}
