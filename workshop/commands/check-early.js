// Plain JavaScript: it runs before what reads TypeScript is loaded.
import { existsSync } from 'node:fs';
import { delayFor, launchEarly } from '../../checks/harness/launch.js';

const ENTRY = 'app/server.ts';

/**
 * Starts the learner's program as `make check` is going to: the command then loads while the
 * program does. A wrong guess costs nothing but this program's start.
 * @param {import('../terminal/arguments.js').Values<'check'>} values
 */
export function prepare({ STEP }) {
  const step = parseInt(STEP, 10);
  if (!existsSync(new URL(`../../${ENTRY}`, import.meta.url))) return;
  const delayMs = delayFor(Number.isNaN(step) ? Infinity : step);
  launchEarly({ entry: ENTRY, nodeArgs: ['--import', 'tsx'], delayMs, errorRate: 0.5 });
}
