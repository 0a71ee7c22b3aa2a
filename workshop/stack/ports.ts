import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';

/** Says whether something listens on `port` of this computer, on either loopback address. */
export async function isTaken(port: number): Promise<boolean> {
  // Both, and not only an attempt to listen: macOS lets a second program listen on 127.0.0.1 beside
  // one that listens on all addresses, and a browser may ask ::1 first for "localhost".
  const found = await Promise.all([answers(port, '127.0.0.1'), answers(port, '::1'), held(port)]);
  return found.includes(true);
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

function held(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

/** Who listens on `port`, such as `the container web` or `node (process 4711)`; undefined if that cannot be told. */
export function holderOf(port: number): string | undefined {
  const container = read('docker', ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}']);
  if (container) return `the container ${container.split('\n')[0]}`;
  const { pid, name } =
    (process.platform === 'win32' ? askPowerShell(port) : (askLsof(port) ?? askSs(port))) ?? {};
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

function askPowerShell(port: number) {
  const script = `$c = Get-NetTCPConnection -State Listen -LocalPort ${port} | Select-Object -First 1; "$($c.OwningProcess) $((Get-Process -Id $c.OwningProcess).ProcessName)"`;
  const found = /^(\d+) (.*)/.exec(read('powershell', ['-NoProfile', '-Command', script]));
  return found ? { pid: found[1], name: found[2] } : undefined;
}

function read(command: string, args: string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 5000 });
  return (stdout ?? '').trim();
}
