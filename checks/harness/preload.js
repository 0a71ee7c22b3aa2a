// Plain JavaScript: any Node loads it, before and without what reads TypeScript.
// It runs inside a program that is checked, before it, and gives the check handles that HTTP has
// not: to move the clock, to let requests come in the same instant, to ask whether it is busy, and to
// tell the program to stop, which Windows has no signal for. And it tells what nobody sees from
// outside: where the program listens, what it starts, and that it ends by its own will.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Server as NetServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** A request with this header moves `Date.now()` ahead by so many milliseconds. */
const CLOCK = 'x-check-clock-ms';
/**
 * From the first request with this header on, all clocks stand still. It says where they stand, in
 * milliseconds since then; timers that are due by then run first, in their order.
 */
const TIME = 'x-check-time-ms';
/** Before a request with this header is handled, SIGTERM does what it would do. */
const STOP = 'x-check-stop';
/**
 * A request with this header is answered at once, with how long a request before it has kept all
 * others waiting, and ends what LAST_LOOK_MS is for.
 */
const PING = 'x-check-ping';
/** Requests with this header, `0/2/7` and `1/2/7`, wait for one another and then come in this order. */
const TOGETHER = 'x-check-together';
/** So long they wait, in milliseconds: one of them may never come. */
const TOGETHER_MS = 300;
/** Of a request with this header the program tells when it had it, and when it ended its answer. */
const TIMED = 'x-check-timed';
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

const { performance } = globalThis;
const measured = performance.now.bind(performance);
/** When the clocks were stopped, in milliseconds of the process; until then they go. */
let stoppedAt = -1;
/** How long they have gone since by the check's word, in milliseconds. */
let moved = 0;
/** By how much the clocks differ from the time that has passed, in milliseconds. */
const shift = () => (stoppedAt < 0 ? 0 : stoppedAt + moved - measured());

/** Every clock that a program can ask. */
function stopClocks() {
  const { hrtime } = process;
  const stopped = () => now() + shift();
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length > 0 ? args : [Math.round(stopped())], made),
  });
  Date.now = () => Math.round(stopped());
  performance.now = () => measured() + shift();
  const bigint = () => hrtime.bigint() + BigInt(Math.round(shift() * 1e6));
  /** @type {(since?: [number, number]) => [number, number]} */
  const pair = (since = [0, 0]) => {
    const all = bigint() - BigInt(since[0]) * 1_000_000_000n - BigInt(since[1]);
    const seconds = all / 1_000_000_000n;
    return [Number(seconds), Number(all - seconds * 1_000_000_000n)];
  };
  process.hrtime = Object.assign(pair, { bigint });
  // For a program that has imported hrtime by its name.
  syncBuiltinESMExports();
  stoppedAt = measured();
}

/** Shorter timers run in their own time. */
const LEAST_TIMER_MS = 500;

/** @typedef {{ due: number, every: number | undefined, run: () => void }} Timer */
/** @type {Map<unknown, Timer>} */
const timers = new Map();

for (const name of /** @type {const} */ (['setTimeout', 'setInterval'])) {
  const original = globalThis[name];
  /** @type {(callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown} */
  const recorded = (callback, ms = 0, ...args) => {
    if (!(ms >= LEAST_TIMER_MS)) return original(callback, ms, ...args);
    const once = name === 'setTimeout';
    const run = () => {
      if (once) clearTimeout(handle);
      callback(...args);
    };
    const handle = original(run, ms);
    const due = measured() + shift() + ms;
    timers.set(handle, { due, every: once ? undefined : ms, run });
    return handle;
  };
  // With what else the original offers, such as the promise of util.promisify.
  Object.defineProperties(recorded, Object.getOwnPropertyDescriptors(original));
  globalThis[name] = /** @type {any} */ (recorded);
}
for (const name of /** @type {const} */ (['clearTimeout', 'clearInterval'])) {
  const original = globalThis[name];
  globalThis[name] = (handle) => {
    timers.delete(handle);
    original(handle);
  };
}

/**
 * Lets the clocks stand at another moment, and the timers run that are due until then.
 * @param {number} ms since they were stopped
 */
function moveClocks(ms) {
  if (stoppedAt < 0) stopClocks();
  for (;;) {
    const [next] = [...timers.values()].toSorted((a, b) => a.due - b.due);
    if (!next || next.due > stoppedAt + ms) break;
    moved = Math.max(moved, next.due - stoppedAt);
    if (next.every) next.due += next.every;
    next.run();
  }
  moved = Math.max(moved, ms);
}

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

/** @type {Map<string, Map<number, () => void>>} */
const groups = new Map();

/** @param {string} group */
function letIn(group) {
  const all = [...(groups.get(group) ?? [])].toSorted(([a], [b]) => a - b);
  groups.delete(group);
  for (const [, handle] of all) handle();
}

/**
 * @param {string} place  such as `0/2/7`
 * @param {() => void} handle
 */
function wait(place, handle) {
  const [index = '', count, group = ''] = place.split('/');
  const waiting = groups.get(group) ?? new Map();
  if (!groups.has(group)) setTimeout(letIn, TOGETHER_MS, group).unref();
  groups.set(group, waiting.set(Number(index), handle));
  if (waiting.size === Number(count)) letIn(group);
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

/**
 * @param {string} id
 * @param {import('node:http').ServerResponse} response
 */
function tellTimes(id, response) {
  const from = performance.now();
  response.once('prefinish', () => tell({ type: 'served', id, from, to: performance.now() }));
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
  const timed = headers[TIMED];
  delete headers[TIMED];
  const handle = () => {
    if (timed) tellTimes(timed, response);
    return Reflect.apply(emit, this, [event, ...args]);
  };
  if (headers[PING]) {
    response.end(`${longestMs}`);
    looked = closing.size > 0;
    for (const close of closing) close();
    return true;
  }
  const start = measured();
  setImmediate(() => (longestMs = Math.max(longestMs, measured() - start)));
  ahead += Number(headers[CLOCK] ?? 0);
  if (headers[TIME]) moveClocks(Number(headers[TIME]));
  if (headers[STOP]) stop(socket);
  if (!headers[TOGETHER]) return handle();
  const place = headers[TOGETHER];
  delete headers[TOGETHER];
  wait(place, handle);
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
