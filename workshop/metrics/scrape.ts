import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { isOpenMetrics } from '../../checks/harness/openmetrics.ts';
import { typed } from '../terminal/typed.js';
import type { Values } from '../terminal/arguments.js';

/** Why a program's metrics cannot be had; the message is for a person and ends with what to type. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  readonly answer: NoMetrics;

  constructor(message: string, answer: NoMetrics = 'other') {
    super(message);
    this.answer = answer;
  }
}

/** What came in place of metrics: nobody listens, no answer in time, a cut one, or one that is none. */
export type NoMetrics = 'nobody' | 'late' | 'cut' | 'other';

/** What Prometheus 3 takes; anything else makes a target DOWN. */
const FORMATS = /^(text\/plain|application\/openmetrics-text)\s*(;|$)/;

/** Where a program's metrics can be: on the ports that the settings name, or else on the usual ones. */
export function metricsUrls({
  PORT,
  METRICS_PORT,
  HOST,
  PORT_8000,
  PORT_8001,
}: Pick<
  Values<'metrics'>,
  'PORT' | 'METRICS_PORT' | 'HOST' | 'PORT_8000' | 'PORT_8001'
>): string[] {
  const set = [METRICS_PORT, PORT].filter((port) => port !== undefined);
  // A program that listens on all addresses is asked on this machine's own.
  const everywhere = ['', '127.0.0.1', '0.0.0.0', '::'].includes(HOST);
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  const ports = set.length > 0 ? set : [PORT_8001, PORT_8000];
  return ports.map((port) => `http://${everywhere ? 'localhost' : host}:${port}/metrics`);
}

/**
 * Asks for a program's metrics, as Prometheus does.
 * @param urls where to ask; the first that answers with metrics is taken
 * @param patienceMs how long one answer may take
 * @param method OPTIONS reads nothing: it only shows how the program answers
 * @returns the text, and whether it is OpenMetrics
 * @throws {ScrapeError} if none answers with metrics
 */
export async function scrape(
  urls: string[],
  patienceMs = 5000,
  method: 'GET' | 'OPTIONS' = 'GET',
): Promise<{ url: string; text: string; open: boolean }> {
  let failure: ScrapeError | undefined;
  for (const url of urls) {
    try {
      const answer = await ask(url, patienceMs, method);
      if (answer) return { url, ...answer };
    } catch (error) {
      if (!(error instanceof ScrapeError)) throw error;
      failure ??= error;
    }
  }
  const ports = urls.map((url) => new URL(url).port || '80').join(' nor on ');
  throw (
    failure ??
    new ScrapeError(
      `No program answers on port ${ports}. If yours has another port, name it: ${typed('metrics', { PORT: 8005 })}. If it does not run, start it in a second terminal: ${typed('dev')}`,
      'nobody',
    )
  );
}

/** @returns undefined where nobody listens */
async function ask(url: string, patienceMs: number, method: string) {
  const again = `then type again: ${typed('metrics')}`;
  const signal = AbortSignal.timeout(patienceMs);
  try {
    // Programs listen on this address; other things may listen where else "localhost" leads.
    const address = url.replace('//localhost:', '//127.0.0.1:');
    const { status, type, text } = await read(address, signal, method);
    if (status === 404) {
      throw new ScrapeError(
        `${url} answers 404: the program runs, but shows no metrics there. Chapter 2 of WORKSHOP.md adds them; ${again}`,
      );
    }
    if (status !== 200) {
      throw new ScrapeError(
        `${url} answers ${status} instead of 200. See what the program printed, fix it, ${again}`,
      );
    }
    if (FORMATS.test(type)) return { text, open: isOpenMetrics(type) };
    throw new ScrapeError(
      `${url} answers ${type ? `with Content-Type ${type}` : 'without Content-Type'}. Prometheus refuses that: the target is DOWN. Send register.contentType as Content-Type, ${again}`,
    );
  } catch (error) {
    if (error instanceof ScrapeError) throw error;
    if (signal.aborted) {
      throw new ScrapeError(
        `${url} has not answered for ${patienceMs / 1000} s: the program is busy or stuck. Look for a loop without end, or for an answer that is never sent; ${again}`,
        'late',
      );
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code && ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH'].includes(code)) return undefined;
    throw new ScrapeError(
      `${url} breaks off its answer (${message}). See what the program printed, fix it, ${again}`,
      'cut',
    );
  }
}

/**
 * Not `fetch`: in Node 20 that never ends where Docker takes a connection and cuts it at once, as
 * it does when the program in the container has ended.
 */
async function read(url: string, signal: AbortSignal, method: string) {
  const sent = request(url, { method, agent: false, signal }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // What comes after the answer's beginning, reading the answer tells.
  sent.on('error', () => undefined);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode!, type: response.headers['content-type'] ?? '', text };
}
