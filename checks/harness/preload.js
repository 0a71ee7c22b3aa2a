// Plain JavaScript: any Node loads it, before and without what reads TypeScript.
// It runs inside a program that is checked, before it, and gives the check handles that HTTP has
// not: to move the clock, to let requests come in the same instant, to ask whether it is busy, and to
// tell the program to stop, which Windows has no signal for. And it tells what nobody sees from
// outside: where the program listens, what it starts, and that it ends by its own will.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** A request with this header moves `Date.now()` ahead by so many milliseconds. */
const CLOCK = 'x-check-clock-ms';
/** Before a request with this header is handled, SIGTERM does what it would do. */
const STOP = 'x-check-stop';
/**
 * A request with this header is answered at once, with how long a request before it has kept all
 * others waiting, and ends what LAST_LOOK_MS is for.
 */
const PING = 'x-check-ping';
/** Requests with this header, `0/2` and `1/2`, wait for one another and then come in this order. */
const TOGETHER = 'x-check-together';
/** So long they wait, in milliseconds: one of them may never come. */
const TOGETHER_MS = 300;
/** A stopping server goes on listening for so long, so that its metrics can be looked at. */
const LAST_LOOK_MS = 500;

/** The pipe to the check; a worker, and a process that the program starts, has none. */
const facts = isMainThread ? Number(process.env.CHECK_FACTS) : 0;
delete process.env.CHECK_FACTS;

/** @param {import('./launch.js').Fact} fact */
function tell(fact) {
  if (!facts) return;
  try {
    writeSync(facts, `${JSON.stringify(fact)}\n`);
  } catch {
    // Whoever listened is gone.
  }
}

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;

const exit = process.exit;
process.exit = (code) => {
  const [, , ...places] = (new Error().stack ?? '').split('\n');
  const place = places.find((line) => !line.includes('node:internal'))?.trim() ?? '';
  tell({ type: 'exit', code: Number(code ?? process.exitCode ?? 0), place });
  return exit(code);
};

/** @type {Set<number>} */
const told = new Set();
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
const tellChildren = () => {
  for (const { pid } of children) {
    if (pid && !told.has(pid)) tell({ type: 'spawned', pid });
    if (pid) told.add(pid);
  }
};
subscribe('child_process', (message) => {
  const { process: child } = /** @type {{ process: import('node:child_process').ChildProcess }} */ (
    message
  );
  children.add(child);
  child.once('spawn', tellChildren);
});
// A program that ends in the turn in which it starts another.
process.once('exit', tellChildren);

/** @type {Map<number, () => void>} */
const waiting = new Map();
/** @type {NodeJS.Timeout | undefined} */
let patience;

function letIn() {
  clearTimeout(patience);
  const all = [...waiting].toSorted(([a], [b]) => a - b);
  waiting.clear();
  for (const [, handle] of all) handle();
}

/** @type {Set<() => void>} */
const closing = new Set();
/** Whether that has ended: the check has seen what it came for. */
let looked = false;

/**
 * Does what SIGTERM would do, and keeps the connection that asked for it: a program closes those
 * that carry nothing, and does not know yet that this one does.
 * @param {import('node:net').Socket} socket
 */
function stop(socket) {
  const kept = /** @type {const} */ (['destroy', 'destroySoon', 'end']);
  for (const name of kept) socket[name] = () => socket;
  const heard = process.emit('SIGTERM', 'SIGTERM');
  for (const name of kept) Reflect.deleteProperty(socket, name);
  // Nobody listens to it: then it ends the process.
  if (!heard) process.kill(process.pid, 'SIGTERM');
}

/** The longest time for which a request has kept the program busy, in milliseconds. */
let longestMs = 0;

const { emit: emitNet } = NetServer.prototype;
/** @type {(this: NetServer, event: string, ...args: any[]) => boolean} */
function emitListening(event, ...args) {
  const at = event === 'listening' ? this.address() : null;
  if (at && typeof at === 'object') tell({ type: 'listening', port: at.port, host: at.address });
  return Reflect.apply(emitNet, this, [event, ...args]);
}
NetServer.prototype.emit = /** @type {typeof emitNet} */ (emitListening);

const { emit } = Server.prototype;
/** @type {(this: Server, event: string, ...args: any[]) => boolean} */
function emitAhead(event, ...args) {
  const [request, response] = args;
  if (event !== 'request' || !request?.headers) return Reflect.apply(emit, this, [event, ...args]);
  const { headers, socket } = request;
  const handle = () => Reflect.apply(emit, this, [event, ...args]);
  if (headers[PING]) {
    response.end(`${longestMs}`);
    looked = closing.size > 0;
    for (const close of closing) close();
    return true;
  }
  const start = performance.now();
  setImmediate(() => (longestMs = Math.max(longestMs, performance.now() - start)));
  ahead += Number(headers[CLOCK] ?? 0);
  if (headers[STOP]) stop(socket);
  if (!headers[TOGETHER]) return handle();
  const [index, count] = headers[TOGETHER].split('/').map(Number);
  delete headers[TOGETHER];
  if (waiting.size === 0) patience = setTimeout(letIn, TOGETHER_MS);
  waiting.set(index, handle);
  if (waiting.size === count) letIn();
  return true;
}
Server.prototype.emit = /** @type {typeof emit} */ (emitAhead);

const { close } = Server.prototype;
Server.prototype.close = function (callback) {
  // A server that is closed after the others was there to be looked at as long as they.
  if (looked) return Reflect.apply(close, this, [callback]);
  const closeNow = () => {
    clearTimeout(timer);
    if (closing.delete(closeNow)) close.call(this, callback);
  };
  const timer = setTimeout(closeNow, LAST_LOOK_MS);
  closing.add(closeNow);
  return this;
};
