import { createServer } from 'node:http';
import { listen, readSettings, readVisit } from '#forest';

/** Every so often the registry has a break, in milliseconds, … */
const BREAK_EVERY_MS = 120_000;
/** … which takes so long, … */
const BREAK_MS = 20_000;
/** … and in its second half nobody even says so: a question hangs until the break is over. */
const SILENT_AFTER_MS = 10_000;

/** How often something happens in the registry, in milliseconds. */
const TICK_MS = 250;
/** So many applications of an office wait at most. */
const MOST_WAITING = 40;

const settings = readSettings({ PORT: 8072 });
const start = Date.now();

const lookups = { found: 0, unknown: 0 };
const waiting: Record<string, number> = { north: 3, south: 0, west: 12 };
let last = 0;

// It goes on during a break, and keeps nothing running that has been told to stop.
setInterval(() => {
  lookups[Math.random() < 0.9 ? 'found' : 'unknown'] += Math.floor(Math.random() * 3);
  const offices = Object.keys(waiting);
  const office = offices[Math.floor(Math.random() * offices.length)]!;
  const change = Math.random() < 0.5 ? -1 : 1;
  waiting[office] = Math.min(MOST_WAITING, Math.max(0, waiting[office]! + change));
  if (change > 0) last++;
}, TICK_MS).unref();

/** The registry's status page: another team's program, which knows nothing of Prometheus. */
const server = createServer((request, response) => {
  const { path } = readVisit(request);
  const send = (status: number, body: unknown) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
      .end(`${JSON.stringify(body, null, 2)}\n`);
  if (path === '/') return send(200, { page: '/status' });
  if (path !== '/status') return send(404, { message: 'There is no such page: look at /status' });
  const since = (Date.now() - start) % BREAK_EVERY_MS;
  // The first break comes when one period is over.
  const inBreak = since < BREAK_MS && Date.now() - start >= BREAK_EVERY_MS;
  if (inBreak && since >= SILENT_AFTER_MS) {
    setTimeout(() => response.destroy(), BREAK_MS - since).unref();
    return;
  }
  if (inBreak) return send(503, { message: 'The office has a break.' });
  return send(200, { lookups, waiting, last: `application ${40_000 + last}` });
});

await listen(server, settings, 'PORT', { path: '/status' });
