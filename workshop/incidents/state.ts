import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../programs.ts';
import { replaceFile } from '../replace.ts';

/** The incident that was started last. */
export interface Current {
  readonly n: string;
  /** Where Prometheus answers. */
  readonly prometheus: string;
  /** In milliseconds since 1970. */
  readonly start: number;
  readonly onset: number;
  /** When the program with the fault was taken away again; undefined while it is there. */
  readonly end?: number;
  /** What its times are multiplied by. */
  readonly pace: number;
  /** Whether it was found or given away. */
  readonly over?: 'found' | 'shown';
}

/** A diagnosis as it was given. */
export interface Diagnosis {
  readonly what: string;
  readonly where: string;
  readonly minute: string;
  readonly query: string;
}

/** What `make incident` remembers. */
export interface IncidentState {
  readonly current?: Current;
  /** How each incident ended that is over, by its number. */
  readonly over: Readonly<Record<string, 'found' | 'shown'>>;
  readonly tries: readonly (Diagnosis & { readonly n: string; readonly at: string })[];
}

const FILE = join(ROOT, '.workshop', 'incident', 'state.json');
const RUNNING = join(ROOT, '.workshop', 'incident', 'running');

/** Without a sign of life for so long, in milliseconds, the command that runs an incident is gone. */
const SILENCE_MS = 15_000;

/** What was remembered last; of a file that is missing or broken, nothing. */
export function readState(): IncidentState {
  try {
    const state = JSON.parse(readFileSync(FILE, 'utf8')) as IncidentState;
    return state.over && Array.isArray(state.tries) ? state : { over: {}, tries: [] };
  } catch {
    return { over: {}, tries: [] };
  }
}

/** Remembers; a reader never sees half of it. */
export function writeState(state: IncidentState): void {
  mkdirSync(dirname(FILE), { recursive: true });
  if (!replaceFile(FILE, JSON.stringify(state, undefined, 2))) {
    throw new Error(`${FILE} is held by another program.`);
  }
}

/** Says that the command that runs an incident is still there; to be said every few seconds. */
export function beat(): void {
  mkdirSync(dirname(RUNNING), { recursive: true });
  replaceFile(RUNNING, '');
}

/** Says that it is not any more. */
export function rest(): void {
  rmSync(RUNNING, { force: true });
}

/** Whether a command runs an incident: two at once would hide each other's fault. */
export function isRunning(): boolean {
  try {
    return Date.now() - statSync(RUNNING).mtimeMs < SILENCE_MS;
  } catch {
    return false;
  }
}
