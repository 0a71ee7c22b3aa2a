import { fork, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '../programs.ts';
import { watch } from './watch.ts';

const SPARE = fileURLToPath(new URL('spare.ts', import.meta.url));

/** A program that does not end by itself is killed after this time, in milliseconds. */
const PATIENCE_MS = 6000;

/** What happens to a program under supervision. */
export type ProgramEvent =
  | { readonly type: 'started'; readonly pid: number; readonly restarts: number }
  /** One of its files was saved: it is told to stop, if it runs, and then starts anew. */
  | { readonly type: 'saved' }
  /** Something in it was thrown and not caught: it is about to end. */
  | { readonly type: 'crashed' }
  /** `next` says what comes then: another start, one after the next save, or none. */
  | { readonly type: 'ended'; readonly code: number | null; readonly next: Next }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** How often to look whether something was saved, in milliseconds. */
const LOOK_MS = 100;
/** Queries lie beside a program and are no part of it. */
export const QUERIES = /\.promql$/;

type Next = 'restart' | 'wait' | 'over';

export interface Supervised {
  /**
   * The file to run, from the root or absolute; a function is asked before each start, and may say
   * that nothing shall run until the next save.
   */
  readonly entry: string | (() => string | undefined);
  /** The folders, from the root, whose files restart it. */
  readonly watched: string[];
  readonly env: NodeJS.ProcessEnv;
  /** Ends the program like SIGTERM does. */
  readonly signal?: AbortSignal;
  readonly onEvent: (event: ProgramEvent) => void;
  /** Whether its output comes as events, or goes straight to this process's own. */
  readonly output?: 'events' | 'inherit';
}

/**
 * Runs a program until SIGINT or SIGTERM, and again after each save. A program that refuses to
 * start (a bad setting, a taken port) ends this too, with its exit code; one that crashes waits
 * for the next save.
 * @returns the exit code
 */
export async function supervise(supervised: Supervised): Promise<number> {
  const { watched, signal, onEvent, entry } = supervised;
  let spare: ChildProcess | undefined;
  let program: ChildProcess | undefined;
  let restart = false;
  let over!: (code: number) => void;
  const isOver = new Promise<number>((done) => (over = done));
  let stopping = false;
  let starts = 0;

  function start() {
    const file = typeof entry === 'string' ? entry : entry();
    if (file === undefined) return;
    const child = (program = spare?.connected ? spare : prepare(supervised));
    spare = undefined;
    const restarts = starts++;
    let crashed = false;
    child.on('message', (message) => {
      if (message !== 'crashed') return;
      crashed = true;
      onEvent({ type: 'crashed' });
    });
    child.once('exit', (code) => {
      program = undefined;
      const refused = restarts === 0 && code && !crashed;
      const next = stopping || (!restart && refused) ? 'over' : restart ? 'restart' : 'wait';
      restart = false;
      onEvent({ type: 'ended', code, next });
      if (next === 'over') over(code ?? 0);
      if (next === 'restart') start();
    });
    child.send(pathToFileURL(resolve(ROOT, file)).href);
    onEvent({ type: 'started', pid: child.pid!, restarts });
    // Not at once: a program that starts needs the processor more than the spare that follows it.
    setTimeout(() => {
      if (!stopping) spare ??= prepare(supervised);
    }, 300);
  }

  function stop() {
    if (!program) return;
    const child = program;
    // On Windows SIGTERM ends a process at once, in the middle of its requests: it is asked instead.
    const ask = process.platform === 'win32' && child.connected;
    if (ask) child.send('stop', (error) => error && child.kill());
    else child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  const saved = () => {
    onEvent({ type: 'saved' });
    if (!program) return start();
    restart = true;
    stop();
  };
  const unwatch = watch(watched, saved, LOOK_MS, QUERIES);
  const finish = () => {
    stopping = true;
    if (program) stop();
    else over(0);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, finish);
  signal?.addEventListener('abort', finish);
  start();
  const code = await isOver;
  unwatch();
  spare?.kill('SIGKILL');
  return code;
}

function prepare({ env, output = 'inherit', onEvent }: Supervised): ChildProcess {
  const sink = output === 'events' ? 'pipe' : 'inherit';
  const child = fork(SPARE, {
    cwd: ROOT,
    env,
    execArgv: ['--import', 'tsx'],
    stdio: ['inherit', sink, sink, 'ipc'],
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]
      ?.setEncoding('utf8')
      .on('data', (text: string) => onEvent({ type: 'output', stream, text }));
  }
  return child;
}
