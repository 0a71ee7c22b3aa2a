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
 * What a command says to wrong usage, without a process for it: tests/commands/dev.test.ts has what
 * the command line makes of it.
 */
export async function refusal(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  for (const [name, value] of Object.entries({ ...PLAIN, ...env })) vi.stubEnv(name, value);
  try {
    const { values, env: given } = readArguments(command as CommandName, args, process.env);
    const { run } = await import(`../../workshop/commands/${command}.ts`);
    await run(values, given, args);
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return error.message;
    throw error;
  } finally {
    vi.unstubAllEnvs();
  }
  throw new Error(`${command} ${args.join(' ')} is taken for right usage`);
}

/** Runs a command of the workshop to its end. */
export function runCommand(...args: Parameters<typeof startCommand>): Promise<Outcome> {
  return startCommand(...args).ended;
}
