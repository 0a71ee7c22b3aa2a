import { createServer } from 'node:http';
import { Counter, Gauge, register } from 'prom-client';
import { listen, readSettings, readVisit } from '#forest';

const settings = readSettings({ PORT: 8071 });
const registryUrl = process.env.REGISTRY_URL || 'http://localhost:8072/status';

/** What the registry's status page says, as far as somebody asks for it. */
export interface Status {
  readonly lookups: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
}

export async function readStatus(): Promise<Status> {
  // Prometheus gives up after five seconds: this must know before.
  const answer = await fetch(registryUrl, { signal: AbortSignal.timeout(2000) });
  if (!answer.ok) throw new Error(`The registry's status page answers ${answer.status}.`);
  return (await answer.json()) as Status;
}

let reading: Promise<Status | undefined> | undefined;

/** The page as it is now, read once for all metrics of a scrape; undefined if it is away. */
function status(): Promise<Status | undefined> {
  reading ??= readStatus()
    .catch((error: unknown) => void console.error(error))
    .finally(() => (reading = undefined));
  return reading;
}

export const up = new Gauge({
  name: 'registry_up',
  help: 'Whether the status page of the registry could be read: 1 or 0.',
  async collect() {
    this.set((await status()) ? 1 : 0);
  },
});

export const waiting = new Gauge<'office'>({
  name: 'registry_applications_waiting',
  help: 'Applications that wait, by office.',
  labelNames: ['office'],
  async collect() {
    const page = await status();
    this.reset();
    for (const [office, count] of Object.entries(page?.waiting ?? {})) this.set({ office }, count);
  },
});

export const lookups = new Counter<'result'>({
  name: 'registry_lookups_total',
  help: 'Trees that were looked up, by result, as the registry has counted them.',
  labelNames: ['result'],
  async collect() {
    const page = await status();
    this.reset();
    for (const [result, count] of Object.entries(page?.lookups ?? {})) this.inc({ result }, count);
  },
});

const server = createServer(async (request, response) => {
  if (readVisit(request).path !== '/metrics') {
    response.writeHead(404).end();
    return;
  }
  try {
    const metrics = await register.metrics();
    response.setHeader('Content-Type', register.contentType).end(metrics);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

await listen(server, settings, 'PORT', { path: '/metrics' });
