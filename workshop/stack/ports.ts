import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { PORTS, type CommandName } from '../commands.js';
import { hasMetricsPort } from '../programs.ts';
import { typed, type Options } from '../terminal/typed.js';

/** Below it, a port is not open to everybody on Linux and macOS. */
const FIRST_OPEN = 1024;

const OR_ANOTHER = 'stop it, or take another port';

/** A port of a program, with the variable that moves it. */
export interface ProgramPort {
  readonly port: number;
  readonly variable: string;
}

/** The ports of a program; the last is that of its metrics. */
export function programPorts(entry: string, env: NodeJS.ProcessEnv): ProgramPort[] {
  const defaults = hasMetricsPort({ entry })
    ? { PORT: PORTS.visitors, METRICS_PORT: PORTS.program }
    : { PORT: PORTS.program };
  // A value that is no port is the program's to refuse.
  return Object.entries(defaults).map(([variable, fallback]) => ({
    variable,
    port: Number(env[variable] || fallback),
  }));
}

/** The port of this computer that stands for a usual one: PORT_9090=19090 moves 9090. */
export function portOf(usual: number, env: NodeJS.ProcessEnv): number {
  return Number(env[`PORT_${usual}`] || usual);
}

/** Another port than this one, to be offered in its place. */
export function otherPort(port: number): number {
  return port <= 55_535 ? port + 10_000 : port - 10_000;
}

/** Why a port of this computer cannot be had, to be read after "is", and what can be done about it. */
export interface Taken {
  readonly why: string;
  readonly fix: string;
}

/** Who has `port` of this computer, on either loopback address; undefined if nobody has. */
export async function whoHas(port: number): Promise<Taken | undefined> {
  // Both, and not only an attempt to listen: macOS lets a second program listen on 127.0.0.1 beside
  // one that listens on all addresses, and a browser may ask ::1 first for "localhost".
  const [four, six, refusal] = await Promise.all([
    answers(port, '127.0.0.1'),
    answers(port, '::1'),
    refusalOf(port),
  ]);
  const isReserved = refusal === 'EACCES' && port >= FIRST_OPEN;
  if (!four && !six && refusal !== 'EADDRINUSE' && !isReserved) return undefined;
  if (isReserved && !four && !six) {
    return {
      why: 'reserved by Windows, as `netsh int ipv4 show excludedportrange tcp` shows',
      fix: 'take another port',
    };
  }
  return { why: `held by ${holderOf(port) ?? 'another program'}`, fix: OR_ANOTHER };
}

/**
 * Who answers on the address of "localhost" that a program on `host` does not listen on: a browser
 * may ask that one first, and shows another program than the one that has just started.
 */
export async function whoHasOther(port: number, host: string): Promise<Taken | undefined> {
  const other = { '127.0.0.1': '::1', '::1': '127.0.0.1' }[host];
  if (!other || !(port > 0 && port < 65_536) || !(await answers(port, other))) return undefined;
  const holder = holderOf(port) ?? 'another program';
  return { why: `held by ${holder} on ${other}, which browsers ask too`, fix: OR_ANOTHER };
}

/**
 * Says who holds those of `ports` that are taken.
 * @param ports each with the variable that moves it
 * @param options what was typed with the command
 * @param look asks who has one
 * @returns a line for each, with what to do; empty if all are free
 */
export async function takenPorts(
  ports: readonly ProgramPort[],
  command: CommandName,
  options: Options = {},
  look: (port: number) => Promise<Taken | undefined> = whoHas,
): Promise<string[]> {
  const lines = await Promise.all(
    ports.map(async ({ port, variable }) => {
      const taken = await look(port);
      if (!taken) return [];
      return [
        `Port ${port} is ${taken.why}: ${taken.fix}: ${typed(command, { ...options, [variable]: otherPort(port) })}`,
      ];
    }),
  );
  return lines.flat();
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** The code of the error that a program gets which would listen on `port`. */
function refusalOf(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** Who listens on `port`, such as `the container web` or `node (process 4711)`; undefined if that cannot be told. */
export function holderOf(port: number): string | undefined {
  const container = read('docker', ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}']);
  if (container) return `the container ${container.split('\n')[0]}`;
  const { pid, name } =
    (process.platform === 'win32' ? askNetstat(port) : (askLsof(port) ?? askSs(port))) ?? {};
  return pid && `${name || 'a program'} (process ${pid})`;
}

function askLsof(port: number) {
  const text = read('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const pid = /^p(\d+)/m.exec(text)?.[1];
  return pid ? { pid, name: /^c(.+)/m.exec(text)?.[1] } : undefined;
}

function askSs(port: number) {
  const text = read('ss', ['-Hltnp', 'sport', '=', `:${port}`]);
  const found = /\("([^"]+)",pid=(\d+)/.exec(text);
  return found ? { name: found[1], pid: found[2] } : undefined;
}

function askNetstat(port: number) {
  const pid = listenerIn(read('netstat', ['-ano']), port);
  if (!pid) return undefined;
  // PowerShell would tell both at once, but takes many seconds when it is first started.
  const row = read('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  return { pid, name: /^"(.+?)(?:\.exe)?"/i.exec(row)?.[1] };
}

/** The process that listens on `port`, from what `netstat -ano` prints, in whatever language. */
export function listenerIn(text: string, port: number): string | undefined {
  const row = new RegExp(
    `^\\s*TCP\\s+\\S+:${port}\\s+(?:0\\.0\\.0\\.0|\\[::\\]):0\\s.*?(\\d+)\\s*$`,
    'm',
  );
  return row.exec(text)?.[1];
}

function read(command: string, args: string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 5000 });
  return (stdout ?? '').trim();
}
