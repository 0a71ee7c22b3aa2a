import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ROOT } from '../programs.ts';
import { fetchWithin } from './fetch.ts';
import type { Grafana } from './grafana.ts';

/** One that does not end when asked is killed after this time, in milliseconds. */
const STOP_MS = 8000;

/** A program that a command runs in the background, without Docker. */
export interface Companion {
  readonly name: string;
  readonly child: ChildProcess;
  /** Asks it to stop, where Windows has no signal that could. */
  readonly quit?: () => Promise<unknown>;
  /** Whether it has been told already why it ended. */
  readonly saidWhy: () => boolean;
}

/** What a companion is told. */
export interface CompanionOptions {
  readonly name: string;
  /** Where it runs; its output goes there, into `NAME.log`. */
  readonly folder: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Is given what it prints. */
  readonly heard?: (text: string) => void;
  readonly quit?: () => Promise<unknown>;
  readonly saidWhy?: () => boolean;
}

/** Starts a program in the background. */
export function startCompanion(options: CompanionOptions): Companion {
  const { name, folder, command, args, env, heard, quit, saidWhy = () => false } = options;
  const log = createWriteStream(join(folder, `${name}.log`));
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      heard?.(text);
    });
  }
  return { name, child, quit, saidWhy };
}

/** Asks a Prometheus with `--web.enable-lifecycle` to stop. @param port where it answers on this computer */
export function quitPrometheus(port: number): Promise<unknown> {
  return fetchWithin(STOP_MS, `http://127.0.0.1:${port}/-/quit`, { method: 'POST' });
}

/** What a Grafana shows, and where. */
export interface GrafanaOptions {
  /** Its data are in a folder of this one. */
  readonly folder: string;
  /** The ports of this computer. */
  readonly ports: { readonly prometheus: number; readonly grafana: number };
  /** The folder of its dashboards, and the file in it that is the home page. */
  readonly dashboards: string;
  readonly homePage: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts Grafana with the workshop's provisioning. */
export function startGrafana(
  { command, home }: Grafana,
  { folder, ports, dashboards, homePage, env }: GrafanaOptions,
): Companion {
  const data = join(folder, 'grafana');
  const plugins = join(data, 'plugins');
  // Without the folder Grafana logs an error at each start.
  mkdirSync(plugins, { recursive: true });
  const settings = {
    ...parseEnv(readFileSync(join(ROOT, 'grafana', 'settings.env'), 'utf8')),
    PROMETHEUS_URL: `http://localhost:${ports.prometheus}`,
    DASHBOARDS_PATH: dashboards,
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: join(dashboards, homePage),
    GF_PATHS_DATA: data,
    GF_PATHS_LOGS: join(data, 'log'),
    GF_PATHS_PLUGINS: plugins,
    GF_PATHS_PROVISIONING: join(ROOT, 'grafana', 'provisioning'),
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: `${ports.grafana}`,
  };
  const args = ['server', '--homepath', home];
  return startCompanion({ name: 'grafana', folder, command, args, env: { ...env, ...settings } });
}

/** Lets it finish what it writes: on Windows every signal from here would cut that off. */
export async function endCompanion({ child, quit }: Companion): Promise<void> {
  const ended = () =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (ended()) return;
  // On Windows, Ctrl-C has reached it by itself, and it may be gone before this asks.
  if (process.platform === 'win32') void quit?.();
  else child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
}
