import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../checks/harness/program.ts';
import { ROOT } from '../programs.ts';
import { replaceFile } from '../replace.ts';
import {
  quitPrometheus,
  startCompanion,
  startGrafana,
  type Companion,
} from '../stack/companions.ts';
import { hasImage, images } from '../stack/docker.ts';
import { fetchWithin } from '../stack/fetch.ts';
import { findGrafana } from '../stack/grafana.ts';
import { findPrometheus } from '../stack/prometheus.ts';

/** Where the board keeps what it has, and nothing else. */
export const BOARD = join(ROOT, '.workshop', 'board');

const DASHBOARDS = join(ROOT, 'grafana', 'class');
const HOME_PAGE = 'class.json';

/** The same, inside of a container. */
const IN_CONTAINER = '/board';

/** A Prometheus that was left ends within this time, in milliseconds. */
const LEFT_MS = 8000;

/** The ports of this computer. */
export interface BoardPorts {
  /** The class's metrics. */
  readonly metrics: number;
  readonly prometheus: number;
  readonly grafana: number;
}

/**
 * Starts the Prometheus of the board: the one of this computer, else in Docker.
 * @returns undefined if there is neither
 */
export function startBoardPrometheus(
  ports: BoardPorts,
  env: NodeJS.ProcessEnv,
): Companion | undefined {
  const { found } = findPrometheus(env);
  const { prometheus: image } = images();
  if (!found && !hasImage(image)) return undefined;
  mkdirSync(join(BOARD, 'prometheus-data'), { recursive: true });
  const inDocker = found ? undefined : inContainer('prometheus', image, ports.prometheus);
  const place = inDocker?.place ?? BOARD;
  const config = readFileSync(join(ROOT, 'workshop', 'board', 'prometheus.yaml'), 'utf8');
  const target = `${inDocker?.host ?? 'localhost'}:${ports.metrics}`;
  replaceFile(join(BOARD, 'prometheus.yaml'), config.replace('class:8076', target));
  const alerts = readFileSync(join(ROOT, 'workshop', 'board', 'alerts.yaml'), 'utf8');
  replaceFile(join(BOARD, 'alerts.yaml'), alerts);
  const args = [
    `--config.file=${place}/prometheus.yaml`,
    `--storage.tsdb.path=${place}/prometheus-data`,
    '--storage.tsdb.retention.time=1d',
    `--web.listen-address=${inDocker?.address ?? '127.0.0.1'}:${inDocker?.port ?? ports.prometheus}`,
    '--web.enable-lifecycle',
    // Whoever leaves takes the stored samples along.
    '--web.enable-admin-api',
  ];
  return startCompanion({
    name: 'prometheus',
    folder: BOARD,
    command: found?.command ?? 'docker',
    args: [...(inDocker?.args ?? []), ...args],
    env: process.env,
    quit: () => quitPrometheus(ports.prometheus),
  });
}

/** Ends the Prometheus of a board that was killed, which would hold its port. */
export async function endLeftPrometheus(port: number): Promise<void> {
  const api = `http://127.0.0.1:${port}`;
  const flags = await fetchWithin(1000, `${api}/api/v1/status/flags`);
  const own = [BOARD, IN_CONTAINER].map((place) => JSON.stringify(`${place}/prometheus.yaml`));
  if (!flags?.ok || !own.some((config) => flags.text.includes(config))) return;
  await quitPrometheus(port);
  await until(async () => !(await fetchWithin(500, api)), LEFT_MS);
}

/**
 * Starts the Grafana of the board: the one of this computer, else in Docker.
 * @returns undefined if there is neither
 */
export function startBoardGrafana(
  ports: BoardPorts,
  env: NodeJS.ProcessEnv,
): Companion | undefined {
  const found = findGrafana(env);
  if (found) {
    const options = { folder: BOARD, ports, dashboards: DASHBOARDS, homePage: HOME_PAGE, env };
    return startGrafana(found, options);
  }
  const { grafana: image } = images();
  if (!hasImage(image)) return undefined;
  const { args, host, address, port } = inContainer('grafana', image, ports.grafana, [
    `--env-file=${join(ROOT, 'grafana', 'settings.env')}`,
    `--volume=${join(ROOT, 'grafana', 'provisioning')}:/etc/grafana/provisioning:ro,z`,
    `--volume=${DASHBOARDS}:/etc/grafana/dashboards:ro,z`,
    '--env=DASHBOARDS_PATH=/etc/grafana/dashboards',
    `--env=GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH=/etc/grafana/dashboards/${HOME_PAGE}`,
  ]);
  const last = args.pop()!;
  const settings = [
    `--env=PROMETHEUS_URL=http://${host}:${ports.prometheus}`,
    `--env=GF_SERVER_HTTP_ADDR=${address}`,
    `--env=GF_SERVER_HTTP_PORT=${port}`,
    '--env=GF_PATHS_DATA=/tmp/grafana',
  ];
  return startCompanion({
    name: 'grafana',
    folder: BOARD,
    command: 'docker',
    args: [...args, ...settings, last],
    env: process.env,
  });
}

/** How a container reaches this computer's loopback, and is reached there. */
function inContainer(name: string, image: string, port: number, more: readonly string[] = []) {
  // On Linux a container can share the computer's network; Docker Desktop gives it a name for it.
  const shares = process.platform === 'linux';
  const user = process.getuid ? [`--user=${process.getuid()}:${process.getgid!()}`] : [];
  const inside = name === 'prometheus' ? 9090 : 3000;
  const network = shares ? ['--network=host'] : [`--publish=127.0.0.1:${port}:${inside}`];
  return {
    place: IN_CONTAINER,
    host: shares ? 'localhost' : 'host.docker.internal',
    address: shares ? '127.0.0.1' : '0.0.0.0',
    port: shares ? port : inside,
    args: [
      'run',
      '--rm',
      `--name=tree-counter-class-${name}-${port}`,
      '--init',
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges:true',
      '--tmpfs=/tmp',
      '--memory=768m',
      ...user,
      ...network,
      ...(name === 'prometheus' ? [`--volume=${BOARD}:${IN_CONTAINER}:z`] : []),
      ...more,
      image,
    ],
  };
}
