import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, NoAnswer, type Answer } from './client.ts';
import { spawnBeside } from './launch.js';
import { freePorts } from './ports.js';
import { adoptProgram, until, type Exit } from './program.ts';
import type { Session } from './session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program that was run, and should have ended by itself. */
export interface Ended {
  /** How it ended; undefined if it had to be killed. */
  readonly exit: Exit | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The line that has called process.exit, if one has. */
  readonly exitedAt: string | undefined;
  /** When it was seen to have printed on standard output, on this process's clock in milliseconds. */
  readonly spokeAt: number | undefined;
  /** How long it ran, in seconds. */
  readonly seconds: number;
  /** When it was over: seconds since 1970. */
  readonly endedAt: number;
}

/** A program that serves while it is checked. */
export interface Serving {
  readonly exit: Exit | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** What it has answered on its port first, to `GET /metrics`; undefined if nothing has come. */
  readonly hello: Answer | undefined;
  /**
   * Asks it for its metrics as Prometheus does.
   * @param answerMs how long it may take, in milliseconds
   * @returns the answer, or why there was none
   */
  scrape(answerMs?: number): Promise<Answer | NoAnswer>;
  stop(): Promise<unknown>;
}

export interface BesideOptions {
  readonly entry: string;
  readonly nodeArgs: readonly string[];
  /** How long it may take until it shows a sign of life, in milliseconds. */
  readonly startMs: number;
  /** How long it may go on after its last sign of life, in milliseconds. */
  readonly answerMs: number;
}

/** A program beside the server's while it is checked; of a session it has what such a one can. */
export interface BesideSession extends Pick<
  Session,
  'begin' | 'errors' | 'newErrors' | 'hasFailed' | 'read' | 'promtool'
> {
  /** The file that is run. */
  readonly entry: string;
  isThere(): boolean;
  /** Runs it to its end, with this in its environment. */
  run(env: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts it with this and a free PORT in its environment, and waits until it answers there, or has ended. */
  serve(env: Readonly<Record<string, string>>): Promise<Serving>;
}

/** How long Prometheus waits for an answer if it asks every five seconds, in seconds. */
const SCRAPE_TIMEOUT_SECONDS = 5;

/** The session of such a program: nothing is started before a check asks for it. */
export function createBesideSession({
  entry,
  nodeArgs,
  startMs,
  answerMs,
}: BesideOptions): BesideSession {
  return {
    entry,
    isThere: () => existsSync(resolve(ROOT, entry)),
    begin() {},
    // What a run has printed belongs to that run: a check quotes it where it matters.
    errors: () => '',
    newErrors: () => '',
    hasFailed: () => false,
    read: () => undefined,
    promtool: () => undefined,
    async run(env) {
      const start = performance.now();
      const program = adoptProgram(spawnBeside({ entry, nodeArgs, env }));
      let printed = 0;
      let spokeAt: number | undefined;
      let deadline = start + startMs;
      try {
        await until(() => {
          const length = program.stdout.length + program.stderr.length;
          if (length !== printed) deadline = performance.now() + answerMs;
          printed = length;
          if (program.stdout) spokeAt ??= performance.now();
          return program.exit !== undefined || performance.now() > deadline;
        }, Infinity);
        const { exit } = program;
        if (exit) await program.exited;
        const called = program.facts.find((fact) => fact.type === 'exit');
        return {
          exit,
          stdout: program.stdout,
          stderr: program.stderr,
          exitedAt: called?.place,
          spokeAt,
          seconds: (performance.now() - start) / 1000,
          endedAt: Date.now() / 1000,
        };
      } finally {
        await program.stop(0);
      }
    },
    async serve(env) {
      const [port = 0] = await freePorts(1);
      const own = { ...env, PORT: `${port}` };
      const program = adoptProgram(spawnBeside({ entry, nodeArgs, env: own }));
      const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': `${SCRAPE_TIMEOUT_SECONDS}` };
      const scrape = async (patienceMs = answerMs): Promise<Answer | NoAnswer> => {
        const client = createClient(patienceMs);
        try {
          return await client.send(port, 'GET', '/metrics', headers);
        } catch (error) {
          if (error instanceof NoAnswer) return error;
          throw error;
        } finally {
          client.close();
        }
      };
      let hello: Answer | NoAnswer | undefined;
      await until(async () => {
        hello = await scrape();
        const refused = hello instanceof NoAnswer && hello.code === 'ECONNREFUSED';
        return !refused || program.exit !== undefined;
      }, startMs);
      return {
        get exit() {
          return program.exit;
        },
        get stdout() {
          return program.stdout;
        },
        get stderr() {
          return program.stderr;
        },
        hello: hello instanceof NoAnswer ? undefined : hello,
        scrape,
        stop: () => program.stop(0),
      };
    },
  };
}
