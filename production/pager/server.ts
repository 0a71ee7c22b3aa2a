import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { listen, onStop, readSettings, readVisit } from '#forest';
import { Inbox } from './inbox.ts';
import { NoMessage, parseMessage } from './message.ts';
import { pagerPage, POLICY } from './page.ts';

/** No message of a class is larger, in bytes. */
const MOST_BYTES = 1e6;

const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': POLICY,
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const settings = readSettings({ PORT: 8060 });
const inbox = new Inbox();

const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/': { GET: (_, response) => send(response, 200, 'text/html', pagerPage(inbox)) },
  '/alerts': { POST: receive },
  '/messages': {
    GET: (_, response) =>
      send(response, 200, 'application/json', JSON.stringify(inbox.received, null, 2)),
  },
  '/changes': { GET: (_, response) => stream(response) },
};

await listen(
  createServer((request, response) => void respond(request, response)),
  settings,
  'PORT',
);

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, path } = readVisit(request);
  const runbook = /^\/runbooks\/([\w-]+)$/.exec(path)?.[1];
  const methods = runbook ? { GET: () => sendRunbook(response, runbook) } : routes[path];
  const handler = methods?.[(method === 'HEAD' ? 'GET' : method) as 'GET'];
  try {
    if (!methods) send(response, 404, 'text/plain', 'There is no such page here: look at /\n');
    else if (!handler) {
      response.setHeader('Allow', Object.keys(methods).join(', '));
      send(response, 405, 'text/plain', `${path} takes ${Object.keys(methods).join(', ')}.\n`);
    } else await handler(request, response);
  } catch (error) {
    if (!(error instanceof NoMessage)) console.error(error);
    const [status, why] =
      error instanceof NoMessage ? [400, error.message] : [500, 'The pager failed.'];
    if (!response.headersSent) send(response, status, 'text/plain', `${why}\n`);
  }
}

/** Takes a message of Alertmanager. */
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) {
      response.setHeader('Connection', 'close');
      send(response, 413, 'text/plain', `A message has at most ${MOST_BYTES} bytes.\n`);
      return;
    }
    pieces.push(piece);
  }
  const message = parseMessage(Buffer.concat(pieces).toString('utf8'));
  inbox.add(message);
  const names = message.alerts.map(({ status, labels }) => `${status} ${labels.alertname}`);
  console.log(JSON.stringify(`${message.receiver}: ${names.join(', ')}`).slice(1, -1));
  send(response, 200, 'text/plain', 'Taken.\n');
}

/** Tells a browser that something has come; the page itself then asks for the rest. */
function stream(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
  response.write('retry: 2000\n\n');
  const unwatch = inbox.watch(() => response.write('data: new\n\n'));
  response.once('close', unwatch);
  onStop(() => response.end());
}

/** What to look at first when an alert calls: `production/runbooks/NAME.md`, as it stands there. */
async function sendRunbook(response: ServerResponse, name: string): Promise<void> {
  const text = await readFile(new URL(`../runbooks/${name}.md`, import.meta.url), 'utf8').catch(
    () => undefined,
  );
  if (text !== undefined) send(response, 200, 'text/plain', text);
  else {
    const where = `production/runbooks/${name}.md`;
    send(response, 404, 'text/plain', `Nobody has written this runbook yet. Write it: ${where}\n`);
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(body);
}
