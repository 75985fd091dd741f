// A whole Plenary of a journey's own: started as a person would start it, on free ports and with an empty data folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const START_MAX_MS = 120_000;
const STOP_MAX_MS = 30_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/plenary');

/**
 * @param {{ separate: boolean }} options Each service in a process of its own, or all in one.
 * @returns {Promise<{ site: string, setupLink: string, mailSite: string, log: () => string, stop: () => Promise<void> }>}
 */
export async function startInstallation({ separate }) {
  const data = mkdtempSync(join(tmpdir(), 'plenary-journey-'));
  const port = await freePort();
  const args = ['up', '--data', join(data, 'data'), '--web', join(root, 'web/dist')];
  const environment = {
    ...process.env,
    PLENARY_GATEWAY_LISTEN: `127.0.0.1:${port}`,
    // Everybody here comes from one address; how often one may knock has tests of its own.
    PLENARY_GATEWAY_REQUESTS_RATE: '0',
    PLENARY_GATEWAY_SIGN_IN_RATE: '0',
    PLENARY_GATEWAY_SOCKET_RATE: '0',
  };
  const child = spawn(program, separate ? [...args, '--separate'] : args, { env: environment });
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
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
