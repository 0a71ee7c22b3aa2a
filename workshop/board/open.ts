import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { stepNames } from '../programs.ts';
import { createDoor, newCode } from './door.ts';
import { createMetrics } from './metrics.ts';
import { readChapters, readNames } from './names.ts';
import { Room, type Entry } from './room.ts';
import { Store } from './store.ts';

/** Where a board keeps what it is told, and where it answers. */
export interface BoardOptions {
  readonly file: string;
  /** What learners reach. */
  readonly door: { readonly port: number; readonly host: string };
  /** Where the class's metrics are, on this computer alone. */
  readonly metricsPort: number;
  /** Told after a learner has left: what was stored elsewhere goes, too. */
  readonly left: () => void;
}

/** A board that is open. */
export interface Board {
  /** The word by which a class is joined. */
  readonly code: string;
  close(): Promise<void>;
}

/** Brings back what the class has told today, and opens the door, and the metrics for Prometheus. */
export async function openBoard({ file, door, metricsPort, left }: BoardOptions): Promise<Board> {
  const store = new Store(file);
  const entries = store.open(Date.now());
  const room = roomOf(entries);
  const [before] = entries.flatMap((entry) => (entry.type === 'opened' ? entry.code : []));
  const code = before ?? newCode();
  if (!before) store.add({ type: 'opened', code, at: Date.now() });
  const [names, chapters] = await Promise.all([readNames(), readChapters()]);
  const { registry, count } = createMetrics(room, chapters, names.hints);
  const exporter = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end('The metrics are at /metrics.\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const servers = [
    createDoor({ code, room, store, names, counted: count, left }),
    exporter,
  ] as const;
  await Promise.all([
    listen(servers[0], door.port, door.host),
    listen(exporter, metricsPort, '127.0.0.1'),
  ]);
  return { code, close: async () => void (await Promise.all(servers.map(close))) };
}

/** The room as it is after all that has happened. */
export function roomOf(entries: readonly Entry[]): Room {
  const room = new Room(stepNames());
  for (const entry of entries) {
    if (entry.type === 'joined') room.join(entry);
    else if (entry.type === 'told') room.take(entry.id, entry.message, entry.at);
  }
  return room;
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
