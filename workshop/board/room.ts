import type { Message } from './message.ts';

/** How a learner came past a chapter, a question or an incident. */
export type How = 'solved' | 'shown';

/** A learner who has joined. */
export interface Learner {
  readonly id: string;
  readonly name: string;
  /** The digest of the key, not the key. */
  readonly keyDigest: string;
  /** When, in milliseconds since 1970. */
  readonly joinedAt: number;
}

/** What has happened in the room, as it is kept. */
export type Entry =
  | { readonly type: 'opened'; readonly code: string; readonly at: number }
  | ({ readonly type: 'joined' } & Learner)
  | { readonly type: 'told'; readonly id: string; readonly at: number; readonly message: Message };

/** What is known of a learner. */
export interface Known extends Learner {
  /** The number of the last message. */
  readonly last: number;
  /** Each with how long it took, in seconds, where the learner has passed it while on the board. */
  readonly chapters: ReadonlyMap<string, { readonly how: How; readonly seconds?: number }>;
  readonly asks: ReadonlyMap<string, How>;
  readonly incidents: ReadonlyMap<string, How>;
  /** The hint that the learner has seen last, and not got past. */
  readonly hint?: {
    readonly about: 'chapter' | 'ask' | 'incident';
    readonly id: string;
    readonly at: string;
  };
  /** Since when the hand is up, in milliseconds since 1970. */
  readonly handSince?: number;
}

type Changing<Type> = {
  -readonly [Key in keyof Type]: Type[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : Type[Key];
};

/** Who is in the room, and how far. It holds what was told, and computes the rest. */
export class Room {
  readonly #learners = new Map<string, Changing<Known>>();
  readonly #steps: readonly string[];

  /** @param steps the names of the steps, in order: whoever has passed one has passed those before it */
  constructor(steps: readonly string[]) {
    this.#steps = steps;
  }

  get learners(): readonly Known[] {
    return [...this.#learners.values()];
  }

  join(learner: Learner): void {
    this.#learners.set(learner.id, {
      ...learner,
      last: 0,
      chapters: new Map(),
      asks: new Map(),
      incidents: new Map(),
    });
  }

  leave(id: string): void {
    this.#learners.delete(id);
  }

  /** Whether this is news: a message that was taken before, or comes from nobody, is none. */
  isNew(id: string, { number }: Message): boolean {
    const learner = this.#learners.get(id);
    return learner !== undefined && number > learner.last;
  }

  /** Takes a message in. @param at when it came, in milliseconds since 1970 */
  take(id: string, message: Message, at: number): void {
    const learner = this.#learners.get(id);
    if (!learner) return;
    const { number, about, name, outcome, hint, seconds } = message;
    learner.last = number;
    if (about === 'hand') {
      learner.handSince = outcome === 'up' ? (learner.handSince ?? at) : undefined;
      return;
    }
    if (outcome === 'failed') {
      learner.hint = hint ? { about, id: hint, at: name } : undefined;
      return;
    }
    if (learner.hint?.about === about) learner.hint = undefined;
    const how = outcome === 'passed' ? 'solved' : 'shown';
    if (about === 'chapter') this.#pass(learner, name, how, seconds);
    else {
      const all = about === 'ask' ? learner.asks : learner.incidents;
      if (!all.has(name)) all.set(name, how);
    }
  }

  /** What was given away stays so, or a green board would mean nothing. */
  #pass(learner: Changing<Known>, name: string, how: How, seconds?: number): void {
    const { chapters } = learner;
    const step = this.#steps.indexOf(name);
    for (const earlier of this.#steps.slice(0, Math.max(0, step))) {
      if (!chapters.has(earlier)) chapters.set(earlier, { how });
    }
    if (!chapters.has(name)) chapters.set(name, { how, ...(how === 'solved' ? { seconds } : {}) });
  }
}
