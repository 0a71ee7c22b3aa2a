import { createServer } from 'node:http';
import { register } from 'prom-client';
import { listen, readVisit } from '#forest';

/**
 * Serves the metrics of this program, and nothing else, on a port of their own: any program can,
 * also one that serves no HTTP itself. Like `start_http_server()` of Python's client.
 */
export async function startMetricsServer(settings: {
  readonly HOST: string;
  readonly METRICS_PORT: number;
}): Promise<void> {
  const server = createServer(async (request, response) => {
    const { method, path } = readVisit(request);
    if (path !== '/metrics') {
      response.writeHead(404).end();
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      try {
        const metrics = await register.metrics();
        response.writeHead(200, { 'Content-Type': register.contentType }).end(metrics);
      } catch (error) {
        console.error(error);
        response.writeHead(500).end();
      }
    }
  });
  // Closed last, the port still tells that the program is stopping while its last visitors wait.
  await listen(server, settings, 'METRICS_PORT', { path: '/metrics', closeLast: true });
}
