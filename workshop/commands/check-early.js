// Plain JavaScript: it runs before what reads TypeScript is loaded.
import { existsSync } from 'node:fs';
import { delayFor, launchEarly } from '../../checks/harness/launch.js';
import { watchOver } from '../program/watch-over.js';
import { typed } from '../terminal/typed.js';

const ENTRY = 'app/server.ts';

const ENDED = `The check was ended by a signal before it was done. If nobody typed that, ${ENTRY} did it: look for process.kill and process.ppid in it, then type: ${typed('check')}`;

/**
 * Starts the learner's program as `make check` is going to: the command then loads while the
 * program does. A wrong guess costs nothing but this program's start.
 * @param {import('../terminal/arguments.js').Values<'check'>} values
 */
export function prepare({ STEP, WATCH }) {
  endOnSignals(WATCH);
  // What stands beside the server is not started before its check asks for it.
  const end = new URL(`../../exercises/${STEP}/end/`, import.meta.url);
  if (STEP && ['job.ts', 'exporter.ts'].some((name) => existsSync(new URL(name, end)))) return;
  const step = parseInt(STEP, 10);
  if (!existsSync(new URL(`../../${ENTRY}`, import.meta.url))) return;
  const delayMs = delayFor(Number.isNaN(step) ? Infinity : step);
  const how = { entry: ENTRY, nodeArgs: ['--import', 'tsx'], delayMs, errorRate: 0.5 };
  // While the program loads: before its first line it can end nobody.
  void launchEarly(how).then(() => watchOver(ENDED));
}

/**
 * What was started ends with this process, also on Ctrl-C.
 * @param {boolean} watches whether a signal is the way to end it
 */
function endOnSignals(watches) {
  process.on('SIGINT', () => process.exit(watches ? 0 : 130));
  process.on('SIGTERM', () => {
    console.error(ENDED);
    process.exit(watches ? 0 : 143);
  });
}
