import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { ROOT } from '../workshop/programs.ts';
import { findOnPath } from '../workshop/stack/path.ts';
import { findPrometheus, noPrometheus } from '../workshop/stack/prometheus.ts';

/** One series of an answer, with its value now. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapeTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'unknown' | 'up' | 'down';
  readonly lastError: string;
}

export interface Rule {
  readonly type: 'recording' | 'alerting';
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A Prometheus that runs with a copy of the repository's files. */
export interface Prometheus {
  readonly url: string;
  /** prometheus.yaml as it was when it started. */
  readonly config: string;
  readonly log: string;
  /** Puts another prometheus.yaml in the place of the one that it runs with, as an editor does. */
  save(config: string): void;
  /** The same with its alerts.yaml. */
  saveRules(rules: string): void;
  query(expr: string): Promise<Series[]>;
  targets(): Promise<ScrapeTarget[]>;
  rules(): Promise<Rule[]>;
  alerts(): Promise<Alert[]>;
  stop(): Promise<void>;
}

/** Why the tests that need Prometheus cannot run here; undefined if they can. */
function lacksPrometheus(): string | undefined {
  const looked = findPrometheus(process.env);
  if (!looked.found)
    return `It needs Prometheus, and ${noPrometheus(looked)}. Type: make prefetch NATIVE=1`;
  if (!findOnPath('promtool', process.env)) return 'There is no promtool on PATH.';
  return undefined;
}

const why = lacksPrometheus();

/** Skips a test where there is no Prometheus 3, and says why. For `beforeEach`. */
export function needsPrometheus({ skip }: TestContext): void {
  if (why) skip(why);
}

/** Runs promtool in the root, with `input` on its standard input. */
export function promtool(args: string[], input?: string): { status: number | null; text: string } {
  const options = { cwd: ROOT, input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('promtool', args, options);
  return { status, text: stdout + stderr };
}

/** A port that is free and stays so, for what needs the same one twice. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/**
 * Starts Prometheus with the repository's files and waits until it is ready.
 * @param app where the program's metrics are, host and port: in place of the container's address
 * @param interval in place of the file's, for tests that are not about time
 * @param at the port that it takes; any free one by default
 */
export async function startPrometheus(
  app: string,
  interval?: string,
  at?: number,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'tree-counter-prometheus-'));
  const port = at ?? (await freePort());
  const file = join(folder, 'prometheus.yaml');
  let config = readFileSync(join(ROOT, 'prometheus.yaml'), 'utf8')
    .replace('localhost:9090', `127.0.0.1:${port}`)
    .replace('app:8001', app);
  if (interval) config = config.replaceAll(/(_interval: )\d+s/g, `$1${interval}`);
  writeFileSync(file, config);
  writeFileSync(join(folder, 'alerts.yaml'), readFileSync(join(ROOT, 'alerts.yaml')));

  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
      '--enable-feature=auto-reload-config',
      '--config.auto-reload-interval=2s',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));

  const url = `http://127.0.0.1:${port}`;
  const get = async <Data>(path: string, search: Record<string, string> = {}): Promise<Data> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(search)}`);
    const { data, error } = (await response.json()) as { data: Data; error?: string };
    if (error) throw new Error(`${search.query ?? path}: ${error}`);
    return data;
  };

  const replace = (path: string, text: string) => {
    writeFileSync(`${path}~`, text);
    renameSync(`${path}~`, path);
  };
  const ready = async () => {
    try {
      return child.exitCode !== null || (await fetch(`${url}/-/ready`)).ok;
    } catch {
      return false;
    }
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await until(ready, 30_000)) || child.exitCode !== null) {
    await stop();
    throw new Error(`Prometheus does not start:\n${log}`);
  }

  return {
    url,
    config,
    get log() {
      return log;
    },
    save: (text) => replace(file, text),
    saveRules: (text) => replace(join(folder, 'alerts.yaml'), text),
    async query(expr) {
      interface Vector {
        result: { metric: Record<string, string>; value: [number, string] }[];
      }
      const { result } = await get<Vector>('query', { query: expr });
      return result.map(({ metric, value: [, value] }) => ({
        labels: metric,
        value: Number(value),
      }));
    },
    async targets() {
      return (await get<{ activeTargets: ScrapeTarget[] }>('targets')).activeTargets;
    },
    async rules() {
      const { groups } = await get<{ groups: { rules: Rule[] }[] }>('rules');
      return groups.flatMap(({ rules }) => rules);
    },
    async alerts() {
      return (await get<{ alerts: Alert[] }>('alerts')).alerts;
    },
    stop,
  };
}
