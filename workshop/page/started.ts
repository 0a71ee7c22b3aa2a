import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { plain } from '../../checks/harness/errors.ts';
import { endTree } from '../../checks/harness/leftovers.ts';
import type { CommandName } from '../commands.js';
import type { ProgramEvent } from '../program/supervise.ts';
import type { Startable } from './states.ts';

/** What the page can start; nothing else. */
export const STARTABLE: readonly Startable[] = ['dev', 'up', 'native'];

/** So much of what a command prints is kept: the last of it. */
const MOST_CHARACTERS = 64 * 1024;
const MOST_LINES = 200;

/** A command that does not end when asked is killed after this time, in milliseconds. */
const PATIENCE_MS = 15_000;

/** So long the end of a command waits for what it has printed, in milliseconds. */
const LAST_WORDS_MS = 1000;

/** What make itself has been told is for this command, not for those that it starts. */
const MAKES_OWN = ['MAKEFLAGS', 'MFLAGS', 'MAKEOVERRIDES'];

/** The program that a started command runs; of one in Docker nothing is known. */
export interface StartedProgram {
  readonly pid: number;
  readonly restarts: number;
  /** When it was started, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it has ended, and waits for a save. */
  readonly hasEnded: boolean;
}

/** A command of the workshop that the page has started. */
export interface Started {
  readonly command: CommandName;
  readonly program: StartedProgram | undefined;
  /** What it and the program have printed last. */
  readonly output: string;
  /** Its exit code, or null if a signal has ended it; undefined while it runs. */
  readonly code: number | null | undefined;
  readonly ended: Promise<unknown>;
  /** Ends it with all that it has started. */
  stop(): Promise<void>;
}

/**
 * Starts a command of the workshop in a process of its own.
 * @param changed called after each change of what is known of it
 */
export function startCommand(
  command: CommandName,
  root: string,
  given: NodeJS.ProcessEnv,
  changed: () => void,
): Started {
  const env = { ...given };
  for (const name of MAKES_OWN) delete env[name];
  const child = spawn(process.execPath, [join(root, 'workshop/run.js'), command], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
    // A group of its own, which is stopped as Ctrl-C stops that of a terminal.
    detached: process.platform !== 'win32',
  });
  let output = '';
  let program: StartedProgram | undefined;
  let code: number | null | undefined;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MOST_CHARACTERS);
      changed();
    });
  }
  child.on('message', (message) => {
    program = afterEvent(program, message as ProgramEvent);
    changed();
  });
  const closed = once(child, 'close').catch(() => {});
  const ended = once(child, 'exit').then(
    async ([exit]) => {
      // What it printed last may still be on its way; what it left behind may hold the pipes open.
      await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
      code = exit as number | null;
      changed();
    },
    (error: Error) => {
      output += error.message;
      code = 1;
      changed();
    },
  );
  return {
    command,
    get program() {
      return code === undefined ? program : undefined;
    },
    get output() {
      return plain(output).split('\n').slice(-MOST_LINES).join('\n');
    },
    get code() {
      return code;
    },
    ended,
    async stop() {
      if (code !== undefined) return;
      ask(child);
      const timer = setTimeout(() => child.pid && endTree(child.pid), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function afterEvent(before: StartedProgram | undefined, event: ProgramEvent) {
  if (event.type === 'started') {
    return { pid: event.pid, restarts: event.restarts, at: Date.now(), hasEnded: false };
  }
  return before && event.type === 'ended' ? { ...before, hasEnded: true } : before;
}

/** Asks a command to end, with all that it has started. */
function ask(child: ChildProcess): void {
  if (process.platform === 'win32') {
    if (child.connected) child.send('stop', () => {});
    return;
  }
  try {
    process.kill(-child.pid!, 'SIGTERM');
  } catch {
    // It is gone.
  }
}
