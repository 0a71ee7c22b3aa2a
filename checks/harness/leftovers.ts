import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { MARK } from './launch.js';

/** A program that starts itself again whenever it is ended must not keep the check for ever. */
const MOST_ROUNDS = 10;

/**
 * Ends the processes that a program has left behind in groups of their own, where no signal to its
 * own group reaches them.
 * @param mark what their environment holds, if they have inherited it; Windows shows it to nobody
 * @param started the processes that the program itself has told of
 */
export function endLeftovers(mark: string, started: readonly number[]): void {
  for (const pid of started) endTree(pid);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const marked = markedProcesses(`${MARK}=${mark}`);
    if (marked.length === 0) return;
    marked.forEach(kill);
  }
}

function markedProcesses(text: string): number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc').flatMap((name) =>
      /^\d+$/.test(name) && environmentOf(name).includes(text) ? Number(name) : [],
    );
  }
  if (process.platform !== 'darwin') return [];
  const { stdout } = spawnSync('ps', ['eww', '-axo', 'pid=,command='], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .flatMap((line) => (line.includes(text) ? Number.parseInt(line, 10) : []));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    // It is somebody else's, or gone.
    return '';
  }
}

/** Ends a process with its children: those of its group, or on Windows all that it has started. */
export function endTree(pid: number): void {
  if (process.platform !== 'win32') {
    kill(-pid);
    kill(pid);
    return;
  }
  if (isRunning(pid)) spawnSync('taskkill', ['/pid', `${pid}`, '/T', '/F'], { windowsHide: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
