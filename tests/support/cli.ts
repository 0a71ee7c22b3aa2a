import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import type { CommandName } from '../../workshop/commands.js';
import { readArguments } from '../../workshop/terminal/arguments.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the shell of whoever runs the tests may have set. */
const PLAIN = { STEP: '', NAME: '', WATCH: '', MAKELEVEL: '', NO_COLOR: '1' };

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, with what it has printed so far. */
export interface RunningCommand extends Outcome {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
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
  const child = spawn(process.execPath, [...nodeArgs, join(root, 'workshop/run.js'), ...args], {
    cwd: root,
    env: { ...process.env, ...PLAIN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (outcome.stdout += text));
  child.stderr.on('data', (text) => (outcome.stderr += text));
  const ended = once(child, 'close').then(([code]) => Object.assign(outcome, { code }));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  return Object.assign(outcome, { child, ended });
}

/**
 * Runs a command in the tests' own process, where its start is not what is tested: Node and tsx take
 * ten times as long as most commands. Tests that run at the same time cannot use it.
 */
export async function callCommand(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
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
    const { values, env: given } = readArguments(command as CommandName, args, process.env);
    const { run } = await import(`../../workshop/commands/${command}.ts`);
    return { code: await run(values, given, args), ...printed };
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
