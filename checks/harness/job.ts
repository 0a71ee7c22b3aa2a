import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnJob } from './launch.js';
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

export interface JobOptions {
  readonly entry: string;
  readonly nodeArgs: readonly string[];
  /** How long it may take until it shows a sign of life, in milliseconds. */
  readonly startMs: number;
  /** How long it may go on after its last sign of life, in milliseconds. */
  readonly answerMs: number;
}

/** A program that ends by itself while it is checked; of a session it has what such a one can. */
export interface JobSession extends Pick<
  Session,
  'begin' | 'errors' | 'newErrors' | 'hasFailed' | 'read' | 'promtool'
> {
  /** The file that is run. */
  readonly entry: string;
  isThere(): boolean;
  /** Runs it, with this in its environment. */
  run(env: Readonly<Record<string, string>>): Promise<Ended>;
}

/** The session of a job: nothing is started before a check asks for it. */
export function createJobSession({ entry, nodeArgs, startMs, answerMs }: JobOptions): JobSession {
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
      const program = adoptProgram(spawnJob({ entry, nodeArgs, env }));
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
  };
}
