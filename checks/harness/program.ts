import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnProgram, type Fact } from './launch.js';
import { endLeftovers, endTree } from './leftovers.ts';

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program under test: a process of its own, with what it has printed so far. */
export interface ProgramProcess {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How many characters it has printed on standard error, even if they are no longer kept. */
  readonly printed: number;
  /** What it has told by preload.js. */
  readonly facts: readonly Fact[];
  /** How it ended, or undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Resolves once it has ended. */
  readonly exited: Promise<Exit>;
  /** Sends a signal to the process alone. */
  signal(name: NodeJS.Signals): void;
  /**
   * Asks it to stop, kills it after `patienceMs`, and leaves none of its children behind.
   * @returns how it ended
   */
  stop(patienceMs?: number): Promise<Exit>;
}

export interface ProgramOptions {
  /** The file to run, from the root of the repository or absolute. */
  readonly entry: string;
  /** Added to the environment, from which the settings of the program are taken out first. */
  readonly env?: Record<string, string>;
  /** What stands before the entry; tsx by default, none for Node's own TypeScript. */
  readonly nodeArgs?: readonly string[];
  /** The Node to run it with; this process's own by default. */
  readonly node?: string;
}

/** What ends the programs that still run, should this process end before it has stopped them. */
const atExit = new Set<() => void>();
process.on('exit', () => atExit.forEach((kill) => kill()));

/** Starts a program. It is not ready yet: see {@link untilListening}. */
export function startProgram(options: ProgramOptions): ProgramProcess {
  return adoptProgram(spawnProgram(options));
}

/** Takes charge of a program that was spawned before. `mark`: by which all that it starts is found. */
export function adoptProgram({
  child,
  output,
  printed,
  facts,
  mark,
}: ReturnType<typeof spawnProgram> & { readonly mark?: string }): ProgramProcess {
  let exit: Exit | undefined;
  // 'exit', not 'close': a child left behind may hold the pipes open.
  const ending =
    child.exitCode === null && child.signalCode === null
      ? once(child, 'exit')
      : Promise.resolve([child.exitCode, child.signalCode]);
  // Listened for from the start: it often comes together with the other.
  const closed = once(child, 'close').catch(() => {});
  const exited = ending.then(async ([code, signal]): Promise<Exit> => {
    exit = { code, signal };
    // What it printed last may still be on its way.
    await Promise.race([closed, sleep(1000)]);
    return exit;
  });

  const killGroup = () => {
    atExit.delete(killGroup);
    // Windows has no groups: children are found through their parent, while it is there.
    if (process.platform !== 'win32' || !exit) endTree(child.pid!);
    if (mark === undefined) return;
    endLeftovers(
      mark,
      facts.flatMap((fact) => (fact.type === 'spawned' ? fact.pid : [])),
    );
  };
  if (child.pid) atExit.add(killGroup);

  return {
    pid: child.pid!,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get printed() {
      return printed.characters;
    },
    facts,
    get exit() {
      return exit;
    },
    exited,
    signal: (name) => void child.kill(name),
    async stop(patienceMs = 6000) {
      if (!exit) {
        // On Windows SIGTERM ends it at once, and then nothing leads to its children any more.
        if (process.platform === 'win32') endTree(child.pid!);
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
        await exited;
        clearTimeout(timer);
      }
      killGroup();
      return exited;
    },
  };
}

/**
 * Waits until a program has printed the URLs that it listens on.
 * @param count how many URLs to wait for
 * @returns the URLs, without a slash at the end
 * @throws {Error} with what it printed, if it ends first or takes longer than `deadlineMs`
 */
export async function untilListening(
  program: ProgramProcess,
  count = 1,
  deadlineMs = 20_000,
): Promise<string[]> {
  const urls = () => [...program.stdout.matchAll(/https?:\/\/\S+/g)].map(([url]) => url);
  await until(() => urls().length >= count || program.exit !== undefined, deadlineMs);
  const found = urls();
  if (found.length >= count) return found.map((url) => url.replace(/\/$/, ''));
  throw new Error(
    `The program ${program.exit ? `ended (${JSON.stringify(program.exit)})` : 'did not listen in time'}:\n${program.stdout}${program.stderr}`,
  );
}

/**
 * Polls until `condition` holds or the deadline has passed.
 * @returns whether it holds
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await sleep(15);
  }
  return true;
}
