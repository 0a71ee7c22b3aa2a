import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Whether this Node reads TypeScript by itself: then nothing else is loaded, nor measured. */
const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

const children = new Set<ChildProcess>();
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node's own, such as `--expose-gc`. */
  readonly nodeArgs?: readonly string[];
}

/**
 * Starts a Node process that can be talked to with messages. It never outlives this process.
 * @param entry the file to run, from the root of the repository
 */
export function startChild(entry: string, options: ChildOptions = {}): ChildProcess {
  const { args = [], env = {}, nodeArgs = [] } = options;
  const child = fork(entry, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    execArgv: [...(readsTypeScript ? [] : ['--import', 'tsx']), ...nodeArgs],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/**
 * Waits for the next message of a child.
 * @throws {Error} with what it printed to standard error, if it ends without one
 */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const entry = child.spawnargs.find((argument) => argument.endsWith('.ts'));
  let errors = '';
  const collect = (text: Buffer) => (errors += text);
  child.stderr!.on('data', collect);
  const done = new AbortController();
  const { signal } = done;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as T),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${entry} ended with ${code}:\n${errors}`);
      }),
    ]);
  } finally {
    done.abort();
    child.stderr!.off('data', collect);
  }
}
