// Plain JavaScript: any Node loads it, before and without what reads TypeScript.
// It runs inside a program that is checked, before it, and gives the check handles that HTTP has
// not: to move the clock, to let requests come in the same instant, and to tell the program to stop,
// which Windows has no signal for.
import { Server } from 'node:http';

/** A request with this header moves `Date.now()` ahead by so many milliseconds. */
const CLOCK = 'x-check-clock-ms';
/** A request with this header, once answered, is followed by what SIGTERM would do. */
const STOP = 'x-check-stop';
/** Requests with this header, `0/2` and `1/2`, wait for one another and then come in this order. */
const TOGETHER = 'x-check-together';
/** So long they wait, in milliseconds: one of them may never come. */
const TOGETHER_MS = 300;
/** A stopping server goes on listening for so long, so that its metrics can be looked at. */
const LAST_LOOK_MS = 500;

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;

const { emit, close } = Server.prototype;

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

/** @type {(this: Server, event: string, ...args: any[]) => boolean} */
function emitAhead(event, ...args) {
  if (event === 'request') {
    const [{ headers }, response] = args;
    ahead += Number(headers[CLOCK] ?? 0);
    if (headers[STOP]) response.once('close', () => process.emit('SIGTERM', 'SIGTERM'));
    if (headers[TOGETHER]) {
      const [index, count] = headers[TOGETHER].split('/').map(Number);
      delete headers[TOGETHER];
      if (waiting.size === 0) patience = setTimeout(letIn, TOGETHER_MS);
      waiting.set(index, () => Reflect.apply(emit, this, [event, ...args]));
      if (waiting.size === count) letIn();
      return true;
    }
  }
  return Reflect.apply(emit, this, [event, ...args]);
}
Server.prototype.emit = /** @type {typeof emit} */ (emitAhead);

Server.prototype.close = function (callback) {
  setTimeout(() => close.call(this, callback), LAST_LOOK_MS);
  return this;
};
