import { createServer } from 'node:http';
import { listen, readSettings } from '#forest';

/** A program that leaves its visitors waiting, and has a timer that would keep it alive. */
setInterval(() => undefined, 60_000);
await listen(
  createServer(() => undefined),
  readSettings({ PORT: 0 }),
  'PORT',
);
