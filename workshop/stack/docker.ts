import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../programs.ts';
import { typed } from '../terminal/typed.js';

/** What of Docker is at hand on this computer. */
export interface Docker {
  /** The engine's version and architecture; undefined if no engine answers. */
  readonly engine: { readonly version: string; readonly arch: string } | undefined;
  /** What to type for Compose, `docker compose` or `docker-compose`; undefined if there is neither. */
  readonly compose: readonly [string, ...string[]] | undefined;
  readonly composeVersion: string | undefined;
  /** Whether the `docker` command is there at all. */
  readonly installed: boolean;
}

/** Looks for a Docker engine that answers, and for either Compose. */
export function findDocker(): Docker {
  const asked = ask('docker', ['version', '--format', '{{.Server.Version}} {{.Server.Arch}}']);
  const [version, arch] = asked.ok ? asked.text.split(' ') : [];
  const candidates = [['docker', 'compose'], ['docker-compose']] as [string, ...string[]][];
  for (const compose of candidates) {
    const [command, ...rest] = compose;
    const { ok, text } = ask(command, [...rest, 'version', '--short']);
    if (!ok) continue;
    const engine = version && arch ? { version, arch } : undefined;
    return { engine, compose, composeVersion: text.replace(/^v/, ''), installed: true };
  }
  return {
    engine: version && arch ? { version, arch } : undefined,
    compose: undefined,
    composeVersion: undefined,
    installed: !asked.missing,
  };
}

/** Why the stack cannot run in Docker here, and how to get it; undefined if it can. */
export function whyNoDocker({
  engine,
  compose,
  installed,
}: Docker): { readonly what: string; readonly fix: string } | undefined {
  if (!installed) {
    return {
      what: 'Docker is not installed',
      fix: 'Get it from https://docs.docker.com/get-docker/.',
    };
  }
  if (!engine) {
    return {
      what: 'Docker is installed, but its engine does not answer or does not let you in',
      fix: 'Start Docker Desktop (on Linux: sudo systemctl start docker, and be in the group docker).',
    };
  }
  if (!compose) {
    return {
      what: 'Docker is here, but Compose is not',
      fix: 'Get it from https://docs.docker.com/compose/install/.',
    };
  }
  return undefined;
}

/** The other way, which needs Prometheus itself. */
export const withoutDocker = () => `Or run the stack without Docker: ${typed('native')}`;

/**
 * Gives Compose, or says on standard error why the stack cannot run in Docker.
 * @returns what to type for Compose; undefined after saying why not
 */
export function composeOrSayWhy(): Docker['compose'] {
  const docker = findDocker();
  const why = whyNoDocker(docker);
  if (why) console.error(`${why.what}. ${why.fix}\n${withoutDocker()}`);
  return why ? undefined : docker.compose;
}

/** The images of docker-compose.yaml and of the Dockerfile, by what they serve. */
export function images(): { node: string; prometheus: string; grafana: string; program: string } {
  const compose = readFileSync(join(ROOT, 'docker-compose.yaml'), 'utf8');
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  return {
    node: find(dockerfile, /^FROM (\S+)/m),
    prometheus: find(compose, /image: (prom\/prometheus:\S+)/),
    grafana: find(compose, /image: (grafana\/grafana:\S+)/),
    program: find(compose, /<<: \*locked\s+build: \.\s+image: (\S+)/),
  };
}

function find(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (!found) throw new Error(`No image matches ${pattern}.`);
  return found;
}

/** Says whether an image is on this computer. */
export function hasImage(name: string): boolean {
  return ask('docker', ['image', 'inspect', '--format', 'x', name]).ok;
}

/** Says whether a container of this folder's stack has published `port`. */
export function ownsPort(port: number): boolean {
  const label = '{{.Label "com.docker.compose.project.working_dir"}}';
  const { text } = ask('docker', ['ps', '--filter', `publish=${port}`, '--format', label]);
  return text !== '' && resolve(text.split('\n')[0]!) === resolve(ROOT);
}

/**
 * Runs a command in the repository's folder, with its output on the screen.
 * @returns its exit code; 1 if a signal ended it or it could not start
 */
export async function runShown(
  [command, ...rest]: readonly [string, ...string[]],
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const child = spawn(command, [...rest, ...args], { cwd: ROOT, env, stdio: 'inherit' });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } catch {
    return 1;
  }
}

/** Asks a command for some lines, from standard output and from standard error; never throws, and gives up after half a minute. */
export function ask(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { ok: boolean; missing: boolean; text: string; errors: string } {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const missing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return {
    ok: status === 0,
    missing,
    text: (stdout ?? '').trim(),
    errors: (stderr ?? '').trim(),
  };
}

/** The ids of this stack's containers for a service, running or not. */
export function containersOf(
  [command, ...rest]: readonly [string, ...string[]],
  service: string,
  env: NodeJS.ProcessEnv,
): string[] {
  const { text } = ask(command, [...rest, 'ps', '--all', '--quiet', service], env);
  return text.split('\n').filter(Boolean);
}
