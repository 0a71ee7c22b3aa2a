import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readVisit } from '#forest';
import type { Events } from './events.ts';

/** The only address that it listens on. */
const HOST = '127.0.0.1';

/** The names of that address: whoever asks by another one comes from elsewhere (DNS rebinding). */
const NAMES = ['localhost', HOST];

/** No request that the page sends has a longer body, in bytes. */
const MOST_BYTES = 100_000;

/** How many connections there may be at once: a browser opens six. */
const MOST_CONNECTIONS = 100;

/** The header that brings the token back. */
export const TOKEN_HEADER = 'X-Learn-Token';

/** Nothing but the page's own files, and no code or style within the HTML. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** A request that the server has let in. */
export interface PageRequest {
  /** What stands for the `*` of the route's path, decoded; else empty. Never to be made a path of a file. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** What a POST brings, from JSON; to be judged by who handles it. */
  readonly body: unknown;
  /** Aborts once nobody waits for the answer. */
  readonly signal: AbortSignal;
}

export interface Answer {
  /** 200 if it is left out. */
  readonly status?: number;
  /** Such as `text/html`. */
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the page can be asked. A GET changes nothing; whatever does is a POST, and needs the token. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path; `*` at its end stands for any rest. The first route that fits answers. */
  readonly path: string;
  /** @throws {Refusal} for what it does not do */
  handle(request: PageRequest): Answer | Promise<Answer>;
}

/** Why a request is not answered; the message is for a person, and ends with what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** The fields of a body, whatever it is; each is to be judged. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** A page that is served. */
export interface Served {
  /** Such as `http://localhost:8070`. */
  readonly url: string;
  /** Ends all that is under way at once. */
  close(): Promise<void>;
}

/**
 * Serves the page on this computer alone, until it is closed. It refuses requests that come by
 * another name than this computer's, from another page than this one, or without the token where
 * they change something; no handler has to look at that.
 * @param port 0 for any free one
 * @param token comes with each page, and back in `X-Learn-Token` with each POST
 * @throws {Error} if the port cannot be had
 */
export async function servePage({
  port,
  token,
  events,
  routes,
}: {
  readonly port: number;
  readonly token: string;
  readonly events: Events;
  readonly routes: readonly Route[];
}): Promise<Served> {
  const server = createServer((request, response) => void respond(request, response));
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const hosts = NAMES.map((name) => `${name}:${taken}`);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await answer(request, response);
    } catch (error) {
      const refused = error instanceof Refusal;
      if (!refused) console.error(error);
      const message = refused ? error.message : 'The page failed: its terminal says why.';
      if (response.headersSent) response.destroy();
      else send(response, json({ message }, refused ? error.status : 500));
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, path, query } = readVisit(request);
    const { headers } = request;
    if (!hosts.includes(headers.host ?? '')) {
      throw new Refusal(421, `This page is on http://${hosts[0]}, and has no other name.`);
    }
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
      throw new Refusal(403, 'Another page may not ask this one.');
    }
    const reads = method === 'GET' || method === 'HEAD';
    if (path === '/events' && method === 'GET') {
      response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
      events.listen(response);
      return;
    }
    const fitting = routes.filter((route) => restOf(route.path, path) !== undefined);
    const route = fitting.find((one) => one.method === (reads ? 'GET' : method));
    if (!route) {
      if (fitting.length === 0) throw new Refusal(404, `There is no ${path} here: look at /`);
      const allowed = [...new Set(fitting.map((one) => one.method))].join(', ');
      response.setHeader('Allow', allowed);
      throw new Refusal(405, `${path} takes ${allowed}.`);
    }
    if (!reads && !same(headers[TOKEN_HEADER.toLowerCase()], token)) {
      throw new Refusal(403, 'This page is from an earlier start: reload it, then try again.');
    }
    const ended = new AbortController();
    response.once('close', () => ended.abort());
    const body = reads ? undefined : await readBody(request, response);
    const rest = restOf(route.path, path)!;
    send(response, await route.handle({ rest, query, body, signal: ended.signal }));
  }

  return {
    url: `http://${hosts[0]}`,
    async close() {
      events.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What stands for the `*` of a route's path, empty without one; undefined if the path is another. */
function restOf(pattern: string, path: string): string | undefined {
  if (!pattern.endsWith('*')) return pattern === path ? '' : undefined;
  const start = pattern.slice(0, -1);
  if (!path.startsWith(start)) return undefined;
  try {
    return decodeURIComponent(path.slice(start.length));
  } catch {
    return undefined;
  }
}

/** Whether both are the same, in a time that does not tell how much of it. */
function same(given: string | string[] | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(`${given}`), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function readBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Send JSON, with its Content-Type.');
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) {
      response.setHeader('Connection', 'close');
      throw new Refusal(413, `That is too long: at most ${MOST_BYTES} bytes.`);
    }
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is no JSON.');
  }
}

function send(response: ServerResponse, { status = 200, type, body, headers }: Answer): void {
  if (response.destroyed) return;
  const charset = type.startsWith('image/') ? '' : '; charset=utf-8';
  response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}${charset}`, ...headers });
  // Node leaves the body out where it was asked by HEAD.
  response.end(body);
}
