// Plain JavaScript: `make check` starts the program with it before anything is loaded that reads
// TypeScript, so that the two load side by side.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePorts } from './ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRELOAD = new URL('preload.js', import.meta.url).href;

/**
 * With this seed the registry takes the upper half of its delay for each of the first fourteen
 * questions, just more than that for the eighth, fails three of the first eight, and is ready at once.
 */
const SEED = '47760642';

/** From this step on time and progress are looked at, so the registry has to take some. */
const FIRST_WITH_TIME = 5;
const DELAY_MS = 100;

/** More output than this is cut, its beginning first: a program that prints in a loop must not fill the memory. */
const OUTPUT_LIMIT = 64 * 1024;

const SETTINGS = [
  'PORT',
  'METRICS_PORT',
  'HOST',
  'REGISTRY_DELAY_MS',
  'REGISTRY_ERROR_RATE',
  'RESERVATION_MS',
  'PUSHGATEWAY_PORT',
  'REGISTRY_URL',
  'SEED',
  'NODE_OPTIONS',
  // Node 20 reads its file at each start, which can take longer than the rest of it.
  'NODE_EXTRA_CA_CERTS',
];

/**
 * What every process that a checked program starts inherits: by it they are found. It begins with the
 * number of this process.
 */
export const MARK = 'WORKSHOP_CHECK';

/**
 * What a checked program tells by preload.js: where it listens, which process it has started, where it
 * has called process.exit, and when it had a request and ended its answer, in milliseconds since it began.
 * @typedef {{ type: 'listening', port: number, host: string }
 *   | { type: 'spawned', pid: number }
 *   | { type: 'served', id: string, from: number, to: number }
 *   | { type: 'exit', code: number, place: string }} Fact
 */

/**
 * Spawns a program, without the settings that this process has in its environment.
 * @param {{ entry: string, env?: Record<string, string>, nodeArgs?: readonly string[], node?: string, tells?: boolean }} options
 *   `tells`: whether it has preload.js before it
 */
export function spawnProgram({ entry, env, nodeArgs = ['--import', 'tsx'], node, tells = false }) {
  const inherited = { ...process.env };
  for (const name of SETTINGS) delete inherited[name];
  const child = spawn(node ?? process.execPath, [...nodeArgs, entry], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe', tells ? 'pipe' : 'ignore'],
    // A process group of its own, so that children that it leaves behind can be ended with it.
    detached: process.platform !== 'win32',
  });
  // Read from the start: what a process has printed is thrown away if it ends unread.
  const output = { stdout: '', stderr: '' };
  /** How much it has printed on standard error, with what is cut. */
  const printed = { characters: 0 };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    const stream = /** @type {import('node:stream').Readable} */ (child[name]);
    stream.setEncoding('utf8').on('data', (text) => {
      output[name] = (output[name] + text).slice(-OUTPUT_LIMIT);
      if (name === 'stderr') printed.characters += text.length;
    });
  }
  /** @type {Fact[]} */
  const facts = [];
  const pipe = /** @type {import('node:stream').Readable | null} */ (child.stdio[3]);
  let rest = '';
  pipe?.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) facts.push(JSON.parse(line));
  });
  pipe?.on('error', () => {});
  return { child, output, printed, facts };
}

/**
 * How a program is started to be checked.
 * @typedef {{ entry: string, nodeArgs: readonly string[], delayMs: number, errorRate: number }} Launch
 */

/**
 * The delay of the registry, in milliseconds, with which a step is checked.
 * @param {number} step
 */
export function delayFor(step) {
  return step < FIRST_WITH_TIME ? 0 : DELAY_MS;
}

/**
 * Spawns a program to be checked, on free ports; or gives the one that was started early, if it was
 * started in the same way.
 * @param {Launch} how
 */
export async function launchProgram(how) {
  const key = JSON.stringify(how);
  const started = early;
  early = undefined;
  if (started?.key === key) return started.launched;
  started?.end();
  return spawnOnFreePorts(how);
}

/** @type {{ key: string, launched: ReturnType<typeof spawnOnFreePorts>, end: () => void } | undefined} */
let early;

/**
 * Starts a program before it is asked for; it ends with this process if nobody does.
 * @param {Launch} how
 */
export async function launchEarly(how) {
  const launched = spawnOnFreePorts(how);
  const end = () => void launched.then(({ child }) => child.kill('SIGKILL'));
  early = { key: JSON.stringify(how), launched, end };
  const { child } = await launched;
  process.once('exit', () => child.kill('SIGKILL'));
}

/** @param {Launch} how */
async function spawnOnFreePorts({ entry, nodeArgs, delayMs, errorRate }) {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const mark = `${process.pid}-${randomUUID()}`;
  const spawned = spawnProgram({
    entry,
    tells: true,
    nodeArgs: [...nodeArgs, '--import', PRELOAD],
    env: {
      PORT: `${port}`,
      METRICS_PORT: `${metricsPort}`,
      SEED,
      REGISTRY_DELAY_MS: `${delayMs}`,
      REGISTRY_ERROR_RATE: `${errorRate}`,
      CHECK_FACTS: '3',
      [MARK]: mark,
    },
  });
  return { ...spawned, port, metricsPort, mark };
}

/**
 * Spawns what stands beside a server, to be checked: a job or an exporter.
 * @param {{ entry: string, nodeArgs: readonly string[], env: Readonly<Record<string, string>> }} how
 */
export function spawnBeside({ entry, nodeArgs, env }) {
  const mark = `${process.pid}-${randomUUID()}`;
  const spawned = spawnProgram({
    entry,
    tells: true,
    nodeArgs: [...nodeArgs, '--import', PRELOAD],
    env: { ...env, CHECK_FACTS: '3', [MARK]: mark },
  });
  return { ...spawned, mark };
}
