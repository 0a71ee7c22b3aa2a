// Plain JavaScript: any Node loads it, before and without what reads TypeScript.
// It runs inside a program that is checked, before it, and gives the check two handles that HTTP
// has not: to move the clock, and to tell the program to stop, which Windows has no signal for.
import { Server } from 'node:http';

/** A request with this header moves `Date.now()` ahead by so many milliseconds. */
const CLOCK = 'x-check-clock-ms';
/** A request with this header, once answered, is followed by what SIGTERM would do. */
const STOP = 'x-check-stop';
/** A stopping server goes on listening for so long, so that its metrics can be looked at. */
const LAST_LOOK_MS = 500;

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;

const { emit, close } = Server.prototype;

/** @type {(this: Server, event: string, ...args: any[]) => boolean} */
function emitAhead(event, ...args) {
  if (event === 'request') {
    const [{ headers }, response] = args;
    ahead += Number(headers[CLOCK] ?? 0);
    if (headers[STOP]) response.once('close', () => process.emit('SIGTERM', 'SIGTERM'));
  }
  return Reflect.apply(emit, this, [event, ...args]);
}
Server.prototype.emit = /** @type {typeof emit} */ (emitAhead);

Server.prototype.close = function (callback) {
  setTimeout(() => close.call(this, callback), LAST_LOOK_MS);
  return this;
};
