import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addresses } from '../board/addresses.ts';
import { openBoard, roomOf } from '../board/open.ts';
import {
  BOARD,
  endLeftPrometheus,
  startBoardGrafana,
  startBoardPrometheus,
} from '../board/stack.ts';
import { Store } from '../board/store.ts';
import { endCompanion, type Companion } from '../stack/companions.ts';
import { fetchWithin, untilAnswers } from '../stack/fetch.ts';
import { takenPorts } from '../stack/ports.ts';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

const LOOPBACK = '127.0.0.1';

/** Prometheus and Grafana must answer within this time, in milliseconds. */
const PATIENCE_MS = 60_000;

/** So long Prometheus may take to delete what it has stored, in milliseconds. */
const DELETE_MS = 5000;

/** Ctrl-C reaches all of them: one that ends so long before this hears of it, in milliseconds, has not failed. */
const SAME_SIGNAL_MS = 1000;

const FILE = join(BOARD, 'room.jsonl');

/**
 * Shows the one in front where the class is, until Ctrl-C. HOST: the address by which learners reach it; without it,
 * nothing is open to others. NAMES: who is there, and whose hand is up; END: deletes all that the class has told.
 */
export async function run(values: Values<'board'>, env: NodeJS.ProcessEnv): Promise<number> {
  const { HOST, NAMES, END, PORT_8075, PORT_8076, PORT_9190, PORT_3100 } = values;
  const ports = { metrics: PORT_8076, prometheus: PORT_9190, grafana: PORT_3100 };
  if (NAMES) return showNames();
  if (END) return endOfDay(ports.metrics);
  const host = HOST ? ownAddress(HOST) : LOOPBACK;
  await endLeftPrometheus(PORT_9190);
  const wanted = Object.entries({ PORT_8075, PORT_8076, PORT_9190, PORT_3100 });
  const taken = await takenPorts(
    wanted.map(([variable, port]) => ({ port, variable })),
    'board',
    { HOST },
  );
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  mkdirSync(BOARD, { recursive: true });
  const board = await openBoard({
    file: FILE,
    door: { port: PORT_8075, host },
    metricsPort: PORT_8076,
    left: () => void deleteStored(PORT_9190),
  });
  const prometheus = startBoardPrometheus(ports, env);
  if (!prometheus) {
    await board.close();
    console.error(
      `The board needs Prometheus, and there is none here. Fetch it with ${typed('prefetch', { NATIVE: true })}, then type again: ${typed('board', { HOST })}`,
    );
    return 1;
  }
  const grafana = startBoardGrafana(ports, env);
  const companions = [prometheus, ...(grafana ? [grafana] : [])];
  const over = new AbortController();
  const ended = once(over.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => over.abort());
  }
  const exit = watchOver(companions, over);
  const where = `http://${host === LOOPBACK ? 'localhost' : host}:${PORT_8075}/${board.code}`;
  console.log(describe(where, HOST));
  void announce(ports, grafana !== undefined, over.signal);
  await ended;
  await Promise.all([board.close(), ...companions.map(endCompanion)]);
  console.log(
    `\nWhat the class has told is kept for today, so that the board can go on. To delete all of it: ${typed('board', { END: true })}`,
  );
  return exit();
}

/** Ends all if one of them does. @returns the exit code, once it is over */
function watchOver(companions: readonly Companion[], over: AbortController): () => number {
  let failed = false;
  for (const { name, child } of companions) {
    for (const event of ['exit', 'error']) {
      child.once(event, () =>
        // Ctrl-C reaches all of them, each in its own time.
        setTimeout(() => {
          if (over.signal.aborted) return;
          failed = true;
          console.error(`${name} has ended. Its log says why: .workshop/board/${name}.log`);
          over.abort();
        }, SAME_SIGNAL_MS),
      );
    }
  }
  return () => (failed ? 1 : 0);
}

function describe(where: string, host: string): string {
  const learners = `On the blackboard:\n\n  make join BOARD=${where} NAME=ada\n  (without make: npm run join -- --board ${where} --name ada)\n`;
  if (host) return `\n${learners}`;
  const [first = '192.168.1.20'] = addresses();
  return `\nThe door is open to this computer alone, to try the board out. For the class: ${typed('board', { HOST: first })}\n\n${learners}`;
}

/** @throws {UsageError} if this computer has no such address */
function ownAddress(host: string): string {
  const own = addresses();
  if (own.includes(host) || host === LOOPBACK) return host;
  const list = own.map((address) => `  ${typed('board', { HOST: address })}`);
  throw new UsageError(
    `HOST=${JSON.stringify(host.slice(0, 40))} is no address of this computer. ${
      list.length > 0
        ? `Type the one of the network that the class is in:\n${list.join('\n')}`
        : `It is in no network; to try the board out, type: ${typed('board')}`
    }`,
  );
}

/** Who has joined, for whoever asks: on the board there are no names. */
function showNames(): number {
  const room = roomOf(new Store(FILE).read());
  const byName = room.learners.toSorted((one, other) => one.name.localeCompare(other.name));
  const up = byName.filter(({ handSince }) => handSince !== undefined);
  const line = (all: typeof byName) => all.map(({ name }) => name).join(', ') || 'nobody';
  console.log(`Hands up: ${line(up)}\nOn the board: ${line(byName)}`);
  return 0;
}

async function endOfDay(metrics: number): Promise<number> {
  const running = await fetchWithin(1000, `http://${LOOPBACK}:${metrics}/metrics`);
  if (running?.text.includes('class_learners ')) {
    console.error(
      `The board still runs: end it with Ctrl-C, then type: ${typed('board', { END: true })}`,
    );
    return 1;
  }
  rmSync(BOARD, { recursive: true, force: true });
  console.log(
    'All that the class has told is deleted, and what Prometheus and Grafana have stored of it.',
  );
  return 0;
}

/** Deletes what Prometheus has stored: whoever leaves may be alone in what a number says. */
async function deleteStored(port: number): Promise<void> {
  const api = `http://${LOOPBACK}:${port}/api/v1/admin/tsdb`;
  const all = encodeURIComponent('{__name__=~".+"}');
  for (const path of [`delete_series?match[]=${all}`, 'clean_tombstones']) {
    const done = await fetchWithin(DELETE_MS, `${api}/${path}`, { method: 'POST' });
    if (done?.ok) continue;
    console.error(
      `Somebody has left, and Prometheus has not deleted its samples: end the board with Ctrl-C, then type ${typed('board', { END: true })}`,
    );
    return;
  }
}

async function announce(
  ports: { readonly prometheus: number; readonly grafana: number },
  hasGrafana: boolean,
  over: AbortSignal,
): Promise<void> {
  const wait = { ok: true, deadlineMs: PATIENCE_MS, giveUp: () => over.aborted };
  const prometheus = `http://localhost:${ports.prometheus}`;
  if (await untilAnswers(`${prometheus}/-/ready`, wait)) {
    console.log(`Prometheus answers on ${prometheus}/`);
  }
  if (!hasGrafana) {
    console.log(
      `Grafana is not here, so there is no board to look at: ${prometheus}/alerts and queries are.`,
    );
    return;
  }
  const grafana = `http://localhost:${ports.grafana}`;
  if (await untilAnswers(`${grafana}/api/health`, wait)) console.log(`The board is on ${grafana}/`);
  else if (!over.aborted) {
    console.error('Grafana does not answer. Its log may say why: .workshop/board/grafana.log');
  }
}
