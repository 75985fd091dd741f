// LiveKit's own clients against a node: starts one by itself on free ports, runs each client's scenarios, and ends with
// `N passed, N failed`. Usage: node run.mjs SFU_NODE NODE_FOLDER PYTHON GO
//   SFU_NODE     the program
//   NODE_FOLDER  where node's scripts lie, beside the node_modules of node/package-lock.json
//   PYTHON       a Python that has the packages of python/requirements.txt; left out when empty
//   GO           the program that is built of go/; left out when empty
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const here = new URL('.', import.meta.url).pathname;
const [program, nodeFolder, python, go] = process.argv.slice(2);
const KEY = 'plenary';
const SECRET = randomBytes(24).toString('hex');
const READY_MS = 20_000;

/** A node, from its first line to its end. Rejects when it ends before it is ready. */
async function startNode() {
  const node = spawn(program, ['--standalone'], {
    env: {
      PATH: process.env.PATH,
      PLENARY_SFU_MEDIA_KEY: KEY,
      PLENARY_SFU_MEDIA_SECRET: SECRET,
      PLENARY_SFU_HTTP_LISTEN: '127.0.0.1:0',
      // Two, whatever the machine has: rooms on different workers are another way through the program.
      PLENARY_SFU_WORKERS: '2',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  const ready = new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`the node was not ready in time:\n${lines.join('\n')}`)), READY_MS);
    node.once('error', reject);
    node.once('exit', () => reject(new Error(`the node ended:\n${lines.join('\n')}`)));
    const read = (line) => {
      lines.push(line);
      const address = /LiveKit clients are welcome.*?(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(deadline);
      resolve(address);
    };
    createInterface(node.stdout).on('line', read);
    createInterface(node.stderr).on('line', read);
  });
  return { process: node, address: await ready, lines };
}

/** Runs one client's scenarios; shows each result as it comes, and all that the libraries said when one failed. */
async function runSuite(name, command, args, address) {
  const child = spawn(command, [...args, `ws://${address}`, KEY, SECRET], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  let counts = [0, 0];
  const read = (line) => {
    const summary = /^(\d+) passed, (\d+) failed$/.exec(line);
    if (summary) counts = [Number(summary[1]), Number(summary[2])];
    else if (/^ {2}(ok|FAILED) /.test(line)) console.log(line);
    else said.push(line);
  };
  createInterface(child.stdout).on('line', read);
  createInterface(child.stderr).on('line', read);
  const [status] = await once(child, 'close').catch((error) => {
    said.push(String(error));
    return [1];
  });
  if (status === 0) return counts;
  console.log(said.map((line) => `    ${name}: ${line}`).join('\n'));
  return [counts[0], Math.max(counts[1], 1)];
}

const node = await startNode();
const suites = [['node', process.execPath, [`${nodeFolder}/run.mjs`]]];
if (python) suites.unshift(['python', python, [`${here}python/run.py`]]);
if (go) suites.push(['go', go, []]);
const totals = [0, 0];
for (const [name, command, args] of suites) {
  const counts = await runSuite(name, command, args, node.address);
  totals[0] += counts[0];
  totals[1] += counts[1];
}
if (node.process.exitCode !== null) totals[1] += 1;
if (totals[1] > 0) console.log(node.lines.map((line) => `    sfu-node: ${line}`).join('\n'));
if (node.process.exitCode === null) {
  node.process.kill('SIGINT');
  await once(node.process, 'exit');
}
console.log(`\n${totals[0]} passed, ${totals[1]} failed`);
process.exitCode = totals[0] > 0 && totals[1] === 0 ? 0 : 1;
