import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { NotAllowed, parseMessages, parseName, type Names } from './message.ts';
import type { Room } from './room.ts';
import type { Store } from './store.ts';

/** So many learners are in a class at most. */
export const MOST_LEARNERS = 60;

/** What is taken within a minute: of each learner, of all, and of wrong words from one address. */
export const MOST_PER_MINUTE = { each: 60, all: 2000, wrong: 20 };

/** No request is longer, in bytes. */
const MOST_BYTES = 16_384;

const MINUTE_MS = 60_000;

/** What became of a request, as the metrics count it. */
export const OUTCOMES = [
  'taken',
  'repeated',
  'not_allowed',
  'unknown_key',
  'too_many',
  'not_found',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface DoorOptions {
  readonly code: string;
  readonly room: Room;
  readonly store: Store;
  readonly names: Names;
  /** Told of each message and each refused request. */
  readonly counted: (outcome: Outcome) => void;
  /** Told after a learner has left: what was stored elsewhere goes, too. */
  readonly left: () => void;
}

const WORDS = {
  first: [
    'oak',
    'beech',
    'pine',
    'ash',
    'elm',
    'birch',
    'larch',
    'maple',
    'willow',
    'hazel',
    'alder',
    'rowan',
    'cedar',
    'yew',
    'lime',
    'spruce',
  ],
  second: [
    'leaf',
    'root',
    'bark',
    'seed',
    'cone',
    'twig',
    'moss',
    'fern',
    'glade',
    'grove',
    'brook',
    'owl',
    'fox',
    'deer',
    'jay',
    'wren',
  ],
};

/** The word of a class, to be read from a blackboard: `oak-wren-42`. */
export function newCode(): string {
  const pick = (words: readonly string[]) => words[randomInt(words.length)]!;
  return `${pick(WORDS.first)}-${pick(WORDS.second)}-${randomInt(10, 100)}`;
}

class Refused extends Error {
  readonly status: number;
  readonly outcome: Outcome;

  constructor(status: number, outcome: Outcome, message: string) {
    super(message);
    this.status = status;
    this.outcome = outcome;
  }
}

/** Counts what came within a minute, by whom. */
class Minute {
  #until = 0;
  readonly #counts = new Map<string, number>();

  /** @returns how many there were in this minute, with these */
  add(who: string, many: number, now = Date.now()): number {
    if (now >= this.#until) {
      this.#until = now + MINUTE_MS;
      this.#counts.clear();
    }
    const count = (this.#counts.get(who) ?? 0) + many;
    this.#counts.set(who, count);
    return count;
  }
}

/**
 * The door of the board: all that learners' laptops can reach. It takes names and messages, and tells nothing of anybody.
 * `POST /CODE/learners` joins, `POST /CODE/messages` tells, `DELETE /CODE/learners/me` leaves.
 */
export function createDoor(options: DoorOptions): Server {
  const minute = new Minute();
  const server = createServer((request, response) => {
    answer(request, options, minute)
      .catch((error: unknown) => {
        if (error instanceof Refused) {
          options.counted(error.outcome);
          return { status: error.status, body: { error: error.message } };
        }
        if (error instanceof NotAllowed) {
          options.counted('not_allowed');
          return { status: 400, body: { error: error.message } };
        }
        console.error(`The board failed: ${(error as Error).message}`);
        return { status: 500, body: { error: 'The board failed.' } };
      })
      .then(({ status, body }) => send(response, status, body))
      .catch(() => request.destroy());
  });
  server.maxConnections = 4 * MOST_LEARNERS;
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;
  server.keepAliveTimeout = 1000;
  return server;
}

interface Answer {
  readonly status: number;
  readonly body?: object;
}

async function answer(
  request: IncomingMessage,
  options: DoorOptions,
  minute: Minute,
): Promise<Answer> {
  const { code, room, store, names, counted } = options;
  const [, given = '', ...path] = (request.url ?? '').split('/');
  const guesser = `at ${request.socket.remoteAddress}`;
  const isRight = isSame(given, code);
  // Who guesses is counted apart, or the class would be kept out.
  if (minute.add(guesser, isRight ? 0 : 1) > MOST_PER_MINUTE.wrong) {
    throw new Refused(429, 'too_many', 'That were too many wrong words: wait a minute.');
  }
  if (!isRight) throw new Refused(404, 'not_found', 'There is no such class here.');
  if (minute.add('all', 1) > MOST_PER_MINUTE.all) {
    throw new Refused(429, 'too_many', 'The board has no time now.');
  }
  const body = await readBody(request);
  switch (`${request.method} /${path.join('/')}`) {
    case 'POST /learners': {
      if (room.learners.length >= MOST_LEARNERS) {
        throw new Refused(409, 'too_many', `${MOST_LEARNERS} have joined: the class is full.`);
      }
      const name = parseName((body as { name?: unknown } | null)?.name);
      const key = randomBytes(24).toString('base64url');
      const learner = {
        id: randomBytes(6).toString('hex'),
        name,
        keyDigest: digest(key),
        joinedAt: Date.now(),
      };
      store.add({ type: 'joined', ...learner });
      room.join(learner);
      return { status: 201, body: { key, name } };
    }
    case 'POST /messages': {
      const learner = learnerOf(request, room);
      const messages = parseMessages(body, names);
      if (
        minute.add(learner.id, messages.length) > MOST_PER_MINUTE.each ||
        minute.add('all', messages.length - 1) > MOST_PER_MINUTE.all
      ) {
        throw new Refused(429, 'too_many', `The board takes ${MOST_PER_MINUTE.each} a minute.`);
      }
      for (const message of messages) {
        const isNew = room.isNew(learner.id, message);
        if (isNew) {
          const at = Date.now();
          store.add({ type: 'told', id: learner.id, at, message });
          room.take(learner.id, message, at);
        }
        counted(isNew ? 'taken' : 'repeated');
      }
      return { status: 200, body: {} };
    }
    case 'DELETE /learners/me': {
      const { id } = learnerOf(request, room);
      store.forget(id);
      room.leave(id);
      options.left();
      return { status: 200, body: {} };
    }
    default:
      throw new Refused(404, 'not_found', 'The board has no such page.');
  }
}

function learnerOf({ headers }: IncomingMessage, room: Room) {
  const [, key = ''] = /^Bearer ([\w-]{1,100})$/.exec(headers.authorization ?? '') ?? [];
  const given = digest(key);
  const found = room.learners.find(({ keyDigest }) => isSame(keyDigest, given));
  if (!found) throw new Refused(401, 'unknown_key', 'Nobody with this key is in this class.');
  return found;
}

/** @throws {Refused} if it is too long; {@link NotAllowed} if it is no JSON */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) {
      throw new Refused(413, 'not_allowed', `A request has at most ${MOST_BYTES} bytes.`);
    }
    pieces.push(piece);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new NotAllowed('The body is no JSON.');
  }
}

function send(response: ServerResponse, status: number, body: object = {}): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // What is left of a body that was too long is not read.
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Keys are random and long, so a plain digest is enough to keep them out of the file. */
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digest(one)), Buffer.from(digest(other)));
}
