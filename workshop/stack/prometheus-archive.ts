import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from '../../checks/harness/program.ts';
import { renamed } from '../replace.ts';
import { executable } from './path.ts';
import { PREFETCHED, versionOf, type Prometheus } from './prometheus.ts';
import { PROMETHEUS, systemName } from './releases.ts';

/** No archive of a release is larger, in bytes: 3.13's have about 130 MB. */
const MOST_BYTES = 400e6;

/** Nor is the list of its checksums. */
const MOST_BYTES_OF_SUMS = 1e6;

/** A source that sends nothing for so long is given up, in milliseconds. */
const STALL_MS = 30_000;

/** What is unpacked can be moved within this time, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Why there is no Prometheus now; the message is for a person, and the next thing to do is in `fix`. */
export class FetchFailure extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export interface FetchOptions {
  /** Where the archive and sha256sums.txt are, in place of the official address: a URL or a folder. */
  readonly mirror?: string;
  /** The folder to put both programs in. */
  readonly into?: string;
  /** A source that sends nothing for so many milliseconds is given up. */
  readonly stallMs?: number;
  /** Told now and then how many bytes are here, and of how many, if that is known. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/**
 * Fetches Prometheus and promtool for this system and processor, checks the archive's SHA-256 and
 * unpacks both under `.workshop/`. Whatever goes wrong, nothing half is left there.
 * @throws {FetchFailure}
 */
export async function fetchPrometheus(options: FetchOptions = {}): Promise<Prometheus> {
  const system = systemName();
  if (!system) {
    throw new FetchFailure(
      `There is no Prometheus for ${process.platform} on ${process.arch}`,
      'Use Docker, or look at https://prometheus.io/download/.',
    );
  }
  const release = `prometheus-${PROMETHEUS.version}.${system}`;
  const archive = `${release}.${system.startsWith('windows') ? 'zip' : 'tar.gz'}`;
  const from = options.mirror ?? PROMETHEUS.archives;
  const { into = PREFETCHED } = options;
  const part = `${into}.part`;
  const clear = () => {
    try {
      rmSync(part, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // What hinders it hinders the rest, too, which says so.
    }
  };
  const interrupted = () => process.exit(130);

  // A process that was killed may have left its own.
  clear();
  process.once('exit', clear);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted);
  try {
    mkdirSync(part, { recursive: true });
    const expected = PROMETHEUS.sha256[system] ?? (await publishedSum(from, archive, options));
    const file = join(part, archive);
    const sum = await download(place(from, archive), file, options);
    if (sum !== expected) {
      throw new FetchFailure(
        `${place(from, archive)} is not what its checksum says: it is damaged, or was changed`,
        options.mirror ? 'Tell the one who keeps that copy.' : 'Try again on another network.',
      );
    }
    unpack(part, archive, release);
    const command = join(part, release, executable('prometheus'));
    const version = versionOf(command);
    if (version === 'unknown') {
      throw new FetchFailure(`The Prometheus of ${archive} does not run on this computer`, FIX);
    }
    rmSync(into, { recursive: true, force: true });
    // Windows' virus scanner first looks at what was just unpacked.
    if (!(await until(() => renamed(join(part, release), into), PATIENCE_MS))) {
      throw new FetchFailure(
        `Another program, such as a virus scanner, still holds ${archive}`,
        'Wait a minute.',
      );
    }
    return { command: join(into, executable('prometheus')), version };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw noSpace();
    if (code && !(error instanceof FetchFailure)) {
      throw new FetchFailure(`${dirname(into)} cannot be written to: ${message}`, 'See to that.');
    }
    throw error;
  } finally {
    clear();
    process.off('exit', clear);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupted);
  }
}

const FIX = 'Get it from https://prometheus.io/download/ and put its folder on PATH.';

function noSpace(): FetchFailure {
  return new FetchFailure(
    `The disk is full: Prometheus takes 500 MB while it is unpacked`,
    'Make room.',
  );
}

const isUrl = (text: string) => /^https?:\/\//.test(text);

function place(from: string, name: string): string {
  return isUrl(from) ? `${from.replace(/\/+$/, '')}/${name}` : join(from, name);
}

/** The SHA-256 of an archive as sha256sums.txt has it. */
async function publishedSum(
  from: string,
  archive: string,
  { stallMs }: FetchOptions,
): Promise<string> {
  const list = place(from, 'sha256sums.txt');
  const chunks: Uint8Array[] = [];
  await receive(list, { most: MOST_BYTES_OF_SUMS, stallMs }, async (chunk) => {
    chunks.push(chunk);
  });
  const lines = Buffer.concat(chunks).toString().split(/\r?\n/);
  // As sha256sum writes it: the sum, two blanks or a blank and a star, the name.
  const found = lines.map((line) => /^([0-9a-f]{64}) [ *](.+)$/i.exec(line));
  const sum = found.find((match) => match?.[2] === archive)?.[1];
  if (sum) return sum.toLowerCase();
  throw new FetchFailure(
    `${list} does not name ${archive}`,
    'It must be that of the same release.',
  );
}

/**
 * Brings a file from a URL or a path of this computer.
 * @returns its SHA-256
 * @throws {FetchFailure} also if it is larger than it may be, or does not come on for too long
 */
export async function download(
  from: string,
  file: string,
  { stallMs, onProgress }: FetchOptions = {},
): Promise<string> {
  const hash = createHash('sha256');
  const output = await open(file, 'w');
  try {
    await receive(from, { most: MOST_BYTES, stallMs, onProgress }, async (chunk) => {
      hash.update(chunk);
      await output.writeFile(chunk);
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noSpace() : error;
  } finally {
    await output.close();
  }
  return hash.digest('hex');
}

async function receive(
  from: string,
  { most, stallMs = STALL_MS, onProgress }: FetchOptions & { most: number },
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stallMs);
  let done = 0;
  try {
    const { total = 0, chunks } = await connect(from, stalled.signal);
    if (total > most) throw tooLarge(from);
    for await (const chunk of chunks) {
      clearTimeout(timer);
      done += chunk.length;
      if (done > most) throw tooLarge(from);
      await take(chunk);
      onProgress?.(done, total || undefined);
      timer = setTimeout(() => stalled.abort(), stallMs);
    }
    // Node's own fetch takes a connection that ends early for the end of a file without a length.
    if (total > 0 && done !== total) throw new Error('it ended early');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof FetchFailure || code === 'ENOSPC') throw error;
    const why = stalled.signal.aborted
      ? `nothing has come for ${stallMs / 1000} s`
      : reason(error as Error);
    const begun = done > 0 ? `broke off after ${megabytes(done)}` : 'cannot be read';
    throw new FetchFailure(`${from} ${begun}: ${why}`, isUrl(from) ? CHECK : ASK);
  } finally {
    clearTimeout(timer);
  }
}

const CHECK =
  'Check your network. Behind a proxy, get the files with a browser, and name their folder as MIRROR.';
const ASK = 'Look whether MIRROR is right.';

const tooLarge = (from: string) =>
  new FetchFailure(`${from} is larger than what is looked for`, ASK);

/** A size as people say it. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 1 : 0)} MB`;
}

async function connect(
  from: string,
  signal: AbortSignal,
): Promise<{ total?: number; chunks: AsyncIterable<Uint8Array> }> {
  if (!isUrl(from))
    return { total: statSync(from).size, chunks: createReadStream(from, { signal }) };
  const { ok, status, headers, body } = await fetch(from, {
    signal,
    // Else the length could be that of something packed once more.
    headers: { 'accept-encoding': 'identity' },
  });
  if (!ok || !body) throw new Error(`the answer is ${status}`);
  const length = headers.get('content-length');
  return { total: length ? Number(length) : undefined, chunks: body };
}

function reason(error: Error): string {
  // fetch says only that it failed; what failed is its cause.
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  return code ? `${message || code}` : message;
}

/** Takes Prometheus and promtool out of the archive, and nothing else. */
function unpack(folder: string, archive: string, release: string): void {
  // Windows' own tar reads zip; that of Git, which may come before it on PATH, does not.
  const tar =
    process.platform === 'win32'
      ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'tar.exe')
      : 'tar';
  const names = ['prometheus', 'promtool'].map((name) => `${release}/${executable(name)}`);
  const { status, stderr, error } = spawnSync(tar, ['-xf', archive, ...names], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return;
  if (error) throw new FetchFailure(`${archive} needs tar to be unpacked: ${error.message}`, FIX);
  if (/no space left/i.test(stderr)) throw noSpace();
  throw new FetchFailure(`${archive} cannot be unpacked: ${stderr.trim().split('\n')[0]}`, FIX);
}
