// Plain JavaScript: it runs before what reads TypeScript is loaded.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delayFor, launchEarly, MARK } from '../../checks/harness/launch.js';
import { typed } from '../terminal/typed.js';

const ENTRY = 'app/server.ts';

const ENDED = `The check was ended by a signal before it was done. If nobody typed that, ${ENTRY} did it: look for process.kill and process.ppid in it, then type: ${typed('check')}`;

/**
 * It waits for the end of its input, which comes when this process is killed, says so, and ends the
 * programs that are left, which it knows by their mark.
 */
const WATCHER = String.raw`trap '' INT TERM HUP
read -r line
printf '%s\n' "$1" >&2
if [ -d /proc/1 ]; then
  left=$(grep -las "$2" /proc/[0-9]*/environ | cut -d/ -f3)
else
  left=$(ps eww -axo pid=,command= | grep "$2" | grep -v grep | awk '{ print $1 }')
fi
kill -9 $left 2>/dev/null`;

/**
 * Starts the learner's program as `make check` is going to: the command then loads while the
 * program does. A wrong guess costs nothing but this program's start.
 * @param {import('../terminal/arguments.js').Values<'check'>} values
 */
export function prepare({ STEP, WATCH }) {
  endOnSignals(WATCH);
  // A job is not started before its check asks for it.
  if (STEP && existsSync(new URL(`../../exercises/${STEP}/end/job.ts`, import.meta.url))) return;
  const step = parseInt(STEP, 10);
  if (!existsSync(new URL(`../../${ENTRY}`, import.meta.url))) return;
  const delayMs = delayFor(Number.isNaN(step) ? Infinity : step);
  const how = { entry: ENTRY, nodeArgs: ['--import', 'tsx'], delayMs, errorRate: 0.5 };
  // While the program loads: before its first line it can end nobody.
  void launchEarly(how).then(watchOver);
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

/** Has it said if this process is killed, which it cannot say itself. Windows has no such shell. */
function watchOver() {
  if (process.platform === 'win32') return;
  const shell = spawn('sh', ['-c', WATCHER, 'sh', ENDED, `${MARK}=${process.pid}-`], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.unref();
  // Nothing is ever written to it: it holds up neither this process nor its end.
  /** @type {import('node:net').Socket} */ (shell.stdin).unref();
  process.once('exit', () => shell.kill('SIGKILL'));
}
