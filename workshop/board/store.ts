import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../replace.ts';
import type { Entry } from './room.ts';

/** A class is over after this time, in milliseconds: what an earlier one has told is deleted. */
export const CLASS_MS = 18 * 3600 * 1000;

/** The file that keeps what has happened in the room, a line for each: a board that is killed forgets nothing. */
export class Store {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** All that is kept. */
  read(): Entry[] {
    return existsSync(this.#path) ? entriesIn(readFileSync(this.#path, 'utf8')) : [];
  }

  /**
   * All that is kept of today's class: what is older is deleted. For who goes on writing.
   * @param now in milliseconds since 1970
   */
  open(now: number): Entry[] {
    const entries = this.read();
    const [first] = entries;
    if (first?.type === 'opened' && now - first.at < CLASS_MS) {
      // A line that was cut off must not run into the next one.
      replaceFile(this.#path, entries.map(toLine).join(''));
      return entries;
    }
    rmSync(this.#path, { force: true });
    return [];
  }

  /** Keeps entries: they are on disk once it returns. */
  add(...entries: readonly Entry[]): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    appendFileSync(this.#path, entries.map(toLine).join(''), { mode: 0o600 });
  }

  /** Deletes all that a learner has told, the name included. */
  forget(id: string): void {
    const others = this.read().filter((entry) => entry.type === 'opened' || entry.id !== id);
    if (!replaceFile(this.#path, others.map(toLine).join(''))) {
      throw new Error(`${this.#path} is held by another program.`);
    }
  }
}

const entriesIn = (text: string) => text.split('\n').flatMap(parse);
const toLine = (entry: Entry) => `${JSON.stringify(entry)}\n`;

/** Of a line that was cut off, nothing. */
function parse(line: string): Entry[] {
  try {
    return line ? [JSON.parse(line) as Entry] : [];
  } catch {
    return [];
  }
}
