import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import type { CommandName } from '../../workshop/commands.js';
import { ROOT } from '../../workshop/programs.ts';
import { readArguments } from '../../workshop/terminal/arguments.js';

/** What the shell of whoever runs the tests may have set. */
const PLAIN = { STEP: '', NAME: '', WATCH: '', MAKELEVEL: '', NO_COLOR: '1' };

export interface Outcome {
  /** Its exit code: null if a signal ended it, undefined while it runs. */
  readonly code: number | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, with what it has printed so far. */
export interface RunningCommand extends Outcome {
  readonly child: ChildProcess;
  /** What it has printed on both streams. */
  readonly output: string;
  readonly ended: Promise<Outcome>;
  /** Waits until it has printed `text`. @throws with its output if it ends first or takes too long */
  says(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Sends a signal to it and to all that it has started, as Ctrl-C in a terminal does. */
  signal(name: NodeJS.Signals): void;
}

/** Starts a command as a person types it in a folder. Whoever starts it ends it. */
export function startTyped(
  [file, ...args]: readonly [string, ...string[]],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: make, for one, hands no signal on. Windows has none, and opens a window.
    detached: process.platform !== 'win32',
  });
  const seen = { stdout: '', stderr: '', output: '', code: undefined as Outcome['code'] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      seen.output += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => Object.assign(seen, { code }));
  return Object.assign(seen, {
    child,
    ended,
    async says(text: string | RegExp, deadlineMs = 60_000) {
      const said = () =>
        typeof text === 'string' ? seen.output.includes(text) : text.test(seen.output);
      await until(() => said() || seen.code !== undefined, deadlineMs);
      if (!said()) throw new Error(`It does not say ${text}, but:\n${seen.output}`);
    },
    signal(name: NodeJS.Signals) {
      try {
        if (process.platform === 'win32') child.kill(name);
        else process.kill(-child.pid!, name);
      } catch {
        // All of them have ended.
      }
    },
  });
}

/**
 * Starts a command of the workshop, as `npm run NAME -- ARGS` does, and ends it with the test.
 * @param root the folder of the repository, or of a copy of it
 */
export function startCommand(
  args: string[],
  env: Record<string, string> = {},
  nodeArgs: string[] = [],
  root = ROOT,
): RunningCommand {
  const line = [process.execPath, ...nodeArgs, join(root, 'workshop/run.js'), ...args] as const;
  const running = startTyped(line, root, { ...PLAIN, ...env });
  onTestFinished(async () => {
    running.child.kill();
    await running.ended;
  });
  return running;
}

/**
 * Runs a command in the tests' own process, where its start is not what is tested: Node and tsx take
 * ten times as long as most commands. Tests that run at the same time cannot use it.
 */
export async function callCommand(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return captured(env, async () => {
    const { values, env: given } = readArguments(command as CommandName, args, process.env);
    const { run } = await import(`../../workshop/commands/${command}.ts`);
    return run(values, given, args);
  });
}

/** Calls a part of a command in the tests' own process; {@link callCommand} calls one whole. */
export async function captured(
  env: Readonly<Record<string, string>>,
  part: () => Promise<number> | number,
): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  const printer =
    (stream: 'stdout' | 'stderr') =>
    (...words: unknown[]) =>
      void (printed[stream] += `${words.join(' ')}\n`);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(printer('stdout')),
    vi.spyOn(console, 'error').mockImplementation(printer('stderr')),
  ];
  for (const [name, value] of Object.entries({ ...PLAIN, ...env })) vi.stubEnv(name, value);
  try {
    return { code: await part(), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** What a command says to wrong usage: tests/commands/dev.test.ts has what comes of it. */
export async function refusal(...command: Parameters<typeof callCommand>): Promise<string> {
  try {
    await callCommand(...command);
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return error.message;
    throw error;
  }
  throw new Error(`${command[0].join(' ')} is taken for right usage`);
}

/** Runs a command of the workshop to its end. */
export function runCommand(...args: Parameters<typeof startCommand>): Promise<Outcome> {
  return startCommand(...args).ended;
}
