import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../../workshop/run.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the workshop to its end, as `npm run NAME -- ARGS` does. */
export async function runCommand(
  args: string[],
  env: Record<string, string> = {},
  nodeArgs: string[] = [],
): Promise<Outcome> {
  const child = spawn(process.execPath, [...nodeArgs, RUN, ...args], {
    cwd: ROOT,
    env: { ...process.env, STEP: '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
