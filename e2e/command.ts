import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../checks/harness/program.ts';

/** A command that runs in a sandbox. */
export interface Command {
  readonly pid: number;
  /** All that it has printed, on both streams. */
  readonly output: string;
  readonly exit: number | null | undefined;
  /** Waits until it has printed `text`. @throws with its output if it ends first or takes too long */
  says(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Sends a signal to it and to all that it has started, as Ctrl-C in a terminal does. */
  interrupt(): void;
  /** Resolves with its exit code once it has ended. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Starts a command with `folder` as its place. */
export function startCommand(
  [file, ...args]: [string, ...string[]],
  folder: string,
  env: Record<string, string>,
): Command {
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let exit: number | null | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close').then(([code]) => (exit = code as number | null));
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // All of them have ended.
    }
  };
  return {
    pid: child.pid!,
    get output() {
      return output;
    },
    get exit() {
      return exit;
    },
    ended,
    async says(text, deadlineMs = 60_000) {
      const said = () => (typeof text === 'string' ? output.includes(text) : text.test(output));
      await until(() => said() || exit !== undefined, deadlineMs);
      if (!said()) throw new Error(`It does not say ${text}, but:\n${output}`);
    },
    interrupt: () => signal('SIGINT'),
    kill: () => signal('SIGKILL'),
  };
}
