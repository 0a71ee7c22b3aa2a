import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** What came back for a request. */
export interface Answer {
  /** The request, such as `GET /treecounter`. */
  readonly request: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** From the request to the end of the answer, in milliseconds. */
  readonly ms: number;
}

/**
 * No answer came: `code` is Node's own, such as ECONNREFUSED; or TIMEOUT, TOO_LONG, or LENGTH where
 * its Content-Length does not fit its body.
 */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly code: string;
  readonly request: string;
  /** Whether the connection had carried a request before. */
  readonly reused: boolean;

  constructor(code: string, request: string, reused: boolean) {
    super(`${request}: ${code}`);
    this.reused = reused;
    this.code = code;
    this.request = request;
  }
}

export interface Client {
  /** @throws {NoAnswer} */
  send(
    port: number,
    method: string,
    path: string,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): void;
}

export const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Speaks HTTP with 127.0.0.1. Not `fetch`: a path must go out as it is given, and loading fetch
 * takes longer than a whole check.
 */
export function createClient(answerMs: number): Client {
  const agent = new Agent({ keepAlive: true });
  return {
    async send(...request) {
      try {
        return await sendOnce(agent, answerMs, ...request);
      } catch (error) {
        // A connection that was kept for later can be closed just when it is used again: that is
        // no fault of the program's, and a new one tells.
        const closed = error instanceof NoAnswer && error.reused && error.code === 'ECONNRESET';
        if (!closed) throw error;
        return sendOnce(new Agent(), answerMs, ...request);
      }
    },
    close: () => agent.destroy(),
  };
}

function sendOnce(
  agent: Agent,
  answerMs: number,
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const start = performance.now();
  const name = `${method} ${path}`;
  return new Promise((resolve, reject) => {
    // A program that stops cuts the connections that are kept for later.
    const once = headers.connection === 'close';
    const target = { host: '127.0.0.1', port, method, path, headers };
    const sent = request({ ...target, agent: once ? false : agent });
    const timer = setTimeout(() => give('TIMEOUT'), answerMs);
    let bytes = 0;
    /** What the answer said about its length, once it has begun. */
    let length: number | undefined;
    const give = (code: string) => {
      clearTimeout(timer);
      // What comes after that many bytes is no answer, and before it the client waits for more.
      const cut = length !== undefined && bytes > 0 && bytes < length;
      const lied = cut || (length !== undefined && code.startsWith('HPE_'));
      reject(new NoAnswer(lied ? 'LENGTH' : code, name, sent.reusedSocket));
      sent.destroy();
    };
    const failed = (error: NodeJS.ErrnoException) => give(error.code ?? error.message);
    sent.once('error', failed);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      const said = response.headers['content-length'];
      if (said !== undefined) length = Number(said);
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MOST_BYTES) give('TOO_LONG');
      });
      response.once('error', failed);
      response.once('end', () => {
        clearTimeout(timer);
        resolve({
          request: name,
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          ms: performance.now() - start,
        });
      });
    });
    sent.end();
  });
}
