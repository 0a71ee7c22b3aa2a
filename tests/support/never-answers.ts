import { createServer } from 'node:http';
import { listen, readSettings } from '#forest';

/** A program that leaves visitors and scrapers waiting, and has a timer that would keep it alive. */
setInterval(() => undefined, 60_000);
const settings = readSettings({ PORT: 0, METRICS_PORT: 0 });
const silent = () => createServer(() => undefined);
await listen(silent(), settings, 'PORT');
await listen(silent(), settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });
