import { createServer } from 'node:http';
import { register } from 'prom-client';
import { listen, readSettings, readVisit } from '#forest';

const settings = readSettings({ PORT: 8071 });
const registryUrl = process.env.REGISTRY_URL || 'http://localhost:8072/status';

/** What the registry's status page says, as far as somebody asks for it. */
export interface Status {
  readonly lookups: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
}

export async function readStatus(): Promise<Status> {
  const answer = await fetch(registryUrl);
  return (await answer.json()) as Status;
}

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
