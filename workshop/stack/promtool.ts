import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Printed, Promtool } from '../../checks/queries/promtool.ts';
import { ROOT } from '../programs.ts';
import { typed } from '../terminal/typed.js';
import { hasImage, images } from './docker.ts';
import { allOnPath, executable } from './path.ts';
import { PREFETCHED, versionOf } from './prometheus.ts';

/** What promtool prints, and what it evaluates, is that of Prometheus 3. */
const LEAST_MAJOR = 3;

/** A query can ask for more work than a learner waits for. */
const DEADLINE_MS = 20_000;

/** A folder of this age, in milliseconds, is of a run that was interrupted: none takes so long. */
const LEFT_BEHIND_MS = 10 * 60_000;

/** Within the repository: Docker Desktop shares its folder already. */
const PARENT = join(ROOT, '.workshop');

const MOST_BYTES = 64 * 2 ** 20;

/** What there is of promtool on this computer. */
export interface PromtoolHere {
  readonly found?: Promtool;
  /** The first that is too old, if there is no other. */
  readonly unfit?: { readonly command: string; readonly version: string };
}

/**
 * Looks for a promtool of Prometheus 3: beside the Prometheus that `make prefetch` brought, on PATH,
 * in the image of the stack.
 */
export function findPromtool(env: NodeJS.ProcessEnv, prefetched = PREFETCHED): PromtoolHere {
  const own = join(prefetched, executable('promtool'));
  if (existsSync(own)) return { found: onThisComputer(own) };
  let unfit: PromtoolHere['unfit'];
  for (const command of allOnPath('promtool', env)) {
    const version = versionOf(command);
    if (Number.parseInt(version) >= LEAST_MAJOR) return { found: onThisComputer(command) };
    unfit ??= { command, version };
  }
  const { prometheus } = images();
  return hasImage(prometheus) ? { found: inImage(prometheus) } : { unfit };
}

/** {@link findPromtool}, while the caller goes on with something else. */
export async function lookForPromtool(env: NodeJS.ProcessEnv): Promise<PromtoolHere> {
  const [command] = allOnPath('promtool', env);
  if (existsSync(join(PREFETCHED, executable('promtool'))) || !command) return findPromtool(env);
  const here = { cwd: ROOT, input: '' };
  const version = await execute(command, ['--version'], here).catch(() => undefined);
  const major = /\bversion (\d+)\./.exec(version ? version.stdout + version.stderr : '')?.[1];
  return Number(major) >= LEAST_MAJOR ? { found: onThisComputer(command) } : findPromtool(env);
}

/** Says that there is none, and what to type. */
export function noPromtool({ unfit }: PromtoolHere): string {
  const old = unfit ? ` (${unfit.command} is ${unfit.version})` : '';
  return `No promtool ${LEAST_MAJOR} is here${old}: it comes with Prometheus. While there is a network, type: ${typed('prefetch', { NATIVE: true })}`;
}

/** A promtool that is a program here. */
function onThisComputer(command: string): Promtool {
  return {
    where: command,
    run: (args, files = {}, input = '') =>
      withFolder(files, (cwd) => execute(command, args, { cwd, input })),
  };
}

/** The promtool of an image. Its container sees the files alone, and no network. */
export function inImage(image: string): Promtool {
  const run = ['run', '--rm', '--interactive', '--init', '--pull=never', '--network=none'];
  return {
    where: image,
    run(args, files = {}, input = '') {
      return withFolder(files, (folder) => {
        const place = ['--volume', `${folder}:/asked:ro,z`, '--workdir', '/asked'];
        const all = [...run, ...place, '--entrypoint', 'promtool', image, ...args];
        return execute('docker', all, { cwd: ROOT, input });
      });
    },
  };
}

/** Writes the files into a folder of their own, which is gone afterwards. */
async function withFolder<Result>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  mkdirSync(PARENT, { recursive: true });
  removeLeftBehind();
  const folder = mkdtempSync(join(PARENT, 'promtool-'));
  try {
    // The image's promtool is another user.
    chmodSync(folder, 0o755);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text, { mode: 0o644 });
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes the folders of runs that were interrupted before they could. */
function removeLeftBehind(): void {
  for (const name of readdirSync(PARENT)) {
    if (!name.startsWith('promtool-')) continue;
    const folder = join(PARENT, name);
    try {
      if (Date.now() - statSync(folder).mtimeMs < LEFT_BEHIND_MS) continue;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another run has removed its own, or something holds it: the next run looks again.
    }
  }
}

function execute(
  command: string,
  args: readonly string[],
  { cwd, input }: { readonly cwd: string; readonly input: string },
): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: DEADLINE_MS, maxBuffer: MOST_BYTES, windowsHide: true };
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') {
        const why = error.killed ? `took more than ${DEADLINE_MS / 1000} s` : error.message;
        reject(new Error(`${command} ${why}`));
      } else {
        resolve({ status: child.exitCode ?? 1, stdout, stderr });
      }
    });
    // It may end before it has read all.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });
}
