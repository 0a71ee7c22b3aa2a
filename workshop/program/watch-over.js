// Plain JavaScript: it runs before what reads TypeScript is loaded.
import { spawn } from 'node:child_process';
import { MARK } from '../../checks/harness/launch.js';

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
 * If this process is killed, which it cannot say itself, ends the programs that it checks, and says so.
 * Windows has no such shell.
 * @param {string} said
 */
export function watchOver(said) {
  if (process.platform === 'win32') return;
  const shell = spawn('sh', ['-c', WATCHER, 'sh', said, `${MARK}=${process.pid}-`], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.unref();
  // Nothing is ever written to it: it holds up neither this process nor its end.
  /** @type {import('node:net').Socket} */ (shell.stdin).unref();
  process.once('exit', () => shell.kill('SIGKILL'));
}
