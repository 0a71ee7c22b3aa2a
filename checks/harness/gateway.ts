import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExpositionError, parseExposition, type Family } from './exposition.ts';

/** A request that changed a group of the Pushgateway. */
export interface Push {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** The grouping key: the labels that its address holds, `job` among them. */
  readonly key: Readonly<Record<string, string>>;
  readonly families: readonly Family[];
  /** When it came, on this process's clock, in milliseconds. */
  readonly at: number;
}

/** What a Pushgateway takes and keeps, as its README says under "API", without its pages and its own metrics. */
export interface Gateway {
  readonly port: number;
  /** All pushes so far, in order. */
  pushes(): readonly Push[];
  /** What it keeps now: the metrics of all groups. */
  kept(): readonly Family[];
  close(): void;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startGateway(): Promise<Gateway> {
  const pushes: Push[] = [];
  const groups = new Map<string, Map<string, Family>>();

  async function take(request: IncomingMessage): Promise<[status: number, message: string]> {
    const { method = '', url = '' } = request;
    const at = performance.now();
    const key = keyIn(url);
    if (!key) return [404, 'No such group.'];
    if (method !== 'PUT' && method !== 'POST' && method !== 'DELETE')
      return [405, 'No such method.'];
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    const name = JSON.stringify(Object.entries(key).toSorted());
    if (method === 'DELETE') {
      groups.delete(name);
      pushes.push({ method, key, families: [], at });
      return [202, ''];
    }
    // A family without samples is none to the Pushgateway, too.
    const families = parseExposition(body).filter(({ samples }) => samples.length > 0);
    const before = method === 'POST' ? [...(groups.get(name) ?? [])] : [];
    groups.set(name, new Map([...before, ...families.map((one) => [one.name, one] as const)]));
    pushes.push({ method, key, families, at });
    return [200, ''];
  }

  const server = createServer((request, response) => {
    void take(request)
      .catch((error: unknown): [number, string] => {
        if (error instanceof ExpositionError) return [400, error.message];
        return [500, String(error)];
      })
      .then(([status, message]) => response.writeHead(status).end(message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    pushes: () => [...pushes],
    kept: () => [...groups.values()].flatMap((group) => [...group.values()]),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The labels in `/metrics/job/census/instance/a`; a value can be in base64url. */
function keyIn(url: string): Record<string, string> | undefined {
  const [path = ''] = url.split('?');
  const [, metrics, ...parts] = path.split('/').map(decodeURIComponent);
  const isKey = metrics === 'metrics' && /^job(@base64)?$/.test(parts[0] ?? '');
  if (!isKey || parts.length % 2 !== 0) return undefined;
  const key: Record<string, string> = {};
  for (let at = 0; at < parts.length; at += 2) {
    const [, label = '', coded] = /^(.*?)(@base64)?$/.exec(parts[at]!)!;
    const value = parts[at + 1]!;
    key[label] = coded ? Buffer.from(value, 'base64url').toString() : value;
  }
  return key;
}
