import { fork, type ChildProcess } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '../programs.ts';
import { watch } from './watch.ts';

const SPARE = fileURLToPath(new URL('spare.ts', import.meta.url));

/** A program that does not end by itself is killed after this time, in milliseconds. */
const PATIENCE_MS = 6000;

export interface Supervised {
  /** The file to run. */
  readonly entry: string;
  /** The folders, from the root, whose files restart it. */
  readonly watched: string[];
  readonly env: NodeJS.ProcessEnv;
  /** Ends the program like SIGTERM does. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program until SIGINT or SIGTERM, and again after each save. A program that refuses to
 * start (a bad setting, a taken port) ends this too, with its exit code; one that crashes waits
 * for the next save.
 * @returns the exit code
 */
export async function supervise({ entry, watched, env, signal }: Supervised): Promise<number> {
  const name = relative(ROOT, entry);
  let spare: ChildProcess | undefined;
  let program: ChildProcess | undefined;
  let restart = false;
  let end!: (code: number) => void;
  const ended = new Promise<number>((resolve) => (end = resolve));
  let stopping = false;
  let starts = 0;

  function start() {
    const child = (program = spare?.connected ? spare : prepare(env));
    spare = undefined;
    const first = ++starts === 1;
    let crashed = false;
    child.on('message', (message) => {
      if (message === 'crashed') crashed = true;
    });
    child.once('exit', (code) => {
      program = undefined;
      if (stopping) return end(code ?? 0);
      if (restart) {
        restart = false;
        return start();
      }
      if (first && code && !crashed) return end(code);
      console.error(`${name} has ended. Mend it and save: it starts again by itself.`);
    });
    child.send(pathToFileURL(entry).href);
    // Not at once: a program that starts needs the processor more than the spare that follows it.
    setTimeout(() => {
      if (!stopping) spare ??= prepare(env);
    }, 300);
  }

  function stop() {
    if (!program) return;
    const child = program;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  const unwatch = watch(watched, () => {
    console.log(`\nSaved: restarting ${name}`);
    if (!program) return start();
    restart = true;
    stop();
  });
  const finish = () => {
    stopping = true;
    if (program) stop();
    else end(0);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, finish);
  signal?.addEventListener('abort', finish);
  start();
  const code = await ended;
  unwatch();
  spare?.kill('SIGKILL');
  return code;
}

function prepare(env: NodeJS.ProcessEnv): ChildProcess {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const;
  return fork(SPARE, { cwd: ROOT, env, execArgv: ['--import', 'tsx'], stdio: [...stdio] });
}
