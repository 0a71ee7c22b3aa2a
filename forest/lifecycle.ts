import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { exitWith } from './exit.ts';

/** What is left of a program that stops is cut after this time, in milliseconds. */
const PATIENCE_MS = 4500;

type Close = () => Promise<void>;

/** How to close each server, in the order of the two kinds. */
const closers: Record<'first' | 'last', Close[]> = { first: [], last: [] };
const stopping = new AbortController();

/** Calls `callback` once the program is told to stop: before it closes its servers, or now if it is too late. */
export function onStop(callback: () => void): void {
  if (stopping.signal.aborted) callback();
  else stopping.signal.addEventListener('abort', callback, { once: true });
}

/**
 * Lets `server` listen on HOST and on the port that the setting `port` holds, and prints its URL
 * with `path`. Told to stop (SIGTERM, SIGINT), the program closes its servers, finishes the requests
 * in flight, and exits with 0. A server with `closeLast` goes on answering until all others are
 * closed. A port or a host that cannot be had ends the program: exit code 1 and one line on standard
 * error.
 */
export async function listen<Port extends string>(
  server: Server,
  settings: { readonly HOST: string } & Record<Port, number>,
  port: Port,
  { path = '/', closeLast = false } = {},
): Promise<void> {
  stopOnSignals();
  closers[closeLast ? 'last' : 'first'].push(closerOf(server));
  const { HOST: host, [port]: number } = settings;
  const refused = (error: Error) => exitWith(1, explain(error, host, number, port));
  server.once('error', refused);
  await new Promise<void>((resolve) => server.listen(number, host, resolve));
  server.off('error', refused);
  console.log(`Listening on ${urlOf(server.address() as AddressInfo)}${path}`);
}

let listening = false;

function stopOnSignals(): void {
  if (listening) return;
  listening = true;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await Promise.race([closeAll(), setTimeout(PATIENCE_MS)]);
  // It cuts what is left, and no timer of the program can hold it up.
  process.exit(0);
}

async function closeAll(): Promise<void> {
  await Promise.all(closers.first.map((close) => close()));
  await Promise.all(closers.last.map((close) => close()));
}

/**
 * Node's own `server.close()` waits for connections that never carried a request, or only half of
 * one: a browser's spare connection would hold the program up. So this knows which are in use.
 */
function closerOf(server: Server): Close {
  // Each connection, with the answers that it waits for. One Set of all answers would be shorter, but
  // as it turns over, its old tables keep what they held until the garbage collector's long turn.
  const connections = new Map<Socket, ServerResponse[]>();
  let closing = false;

  server.on('connection', (socket: Socket) => {
    connections.set(socket, []);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response: ServerResponse) => {
    const inFlight = connections.get(socket) ?? [];
    inFlight.push(response);
    if (closing) sayGoodbye(response);
    response.once('close', () => {
      inFlight.splice(inFlight.indexOf(response), 1);
      if (closing && inFlight.length === 0) socket.destroySoon();
    });
  });

  return async () => {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const [socket, inFlight] of connections) {
      if (inFlight.length === 0) socket.destroy();
      else inFlight.forEach(sayGoodbye);
    }
    await closed;
  };
}

function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (['127.0.0.1', '0.0.0.0', '::'].includes(address)) return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, name: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: stop the other program, or choose another port, for example ${name}=${port < 65_000 ? port + 5 : port - 5}.`;
    case 'EACCES':
      return port < 1024
        ? `Port ${port} on ${host} is not open to you: choose a port above 1023, for example ${name}=8001.`
        : `Port ${port} on ${host} is reserved by the system: choose another port, for example ${name}=${port < 55_536 ? port + 10_000 : port - 10_000}. Windows lists what it reserves: netsh int ipv4 show excludedportrange tcp`;
    default:
      return `HOST=${JSON.stringify(host)} cannot be listened on (${error.code ?? error.message}): choose an address of this machine, for example HOST=127.0.0.1.`;
  }
}
