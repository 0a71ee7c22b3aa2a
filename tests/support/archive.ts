import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { executable } from '../../workshop/stack/path.ts';
import { PROMETHEUS, systemName } from '../../workshop/stack/releases.ts';

const WINDOWS = process.platform === 'win32';
const RELEASE = `prometheus-${PROMETHEUS.version}.${systemName()}`;

/** The name of the archive for this system and processor. */
export const ARCHIVE = `${RELEASE}.${WINDOWS ? 'zip' : 'tar.gz'}`;

/**
 * Makes an archive as Prometheus' releases are, with a list of checksums beside it.
 * @param folder to put both in
 * @param programs what stands for `prometheus` and `promtool`: a file, or the text of one
 */
export function makeArchive(
  folder: string,
  programs: Record<'prometheus' | 'promtool', { file: string } | { text: string }>,
): void {
  const inside = join(folder, RELEASE);
  mkdirSync(inside);
  for (const [name, from] of Object.entries(programs)) {
    const program = join(inside, executable(name));
    if ('file' in from) copyFileSync(from.file, program);
    else writeFileSync(program, from.text);
    chmodSync(program, 0o755);
  }
  for (const name of ['LICENSE', 'NOTICE', 'prometheus.yml']) writeFileSync(join(inside, name), '');
  // The least compression: some of these programs have 100 MB.
  const [tar, args] = WINDOWS
    ? [join(process.env.SystemRoot!, 'System32', 'tar.exe'), ['-a', '-cf', ARCHIVE, RELEASE]]
    : ['tar', ['-I', 'gzip -1', '-cf', ARCHIVE, RELEASE]];
  const { status, stderr } = spawnSync(tar, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  rmSync(inside, { recursive: true });
  writeSums(folder, readFileSync(join(folder, ARCHIVE)));
}

/** A program that tells a version as Prometheus does, and does nothing else. */
export function tells(version: string): string {
  return `#!/bin/sh\necho "prometheus, version ${version} (branch: HEAD, revision: 1)"\n`;
}

/** Puts what calls itself a Prometheus of this version in a folder. @returns its path */
export function putPrometheus(folder: string, version: string): string {
  const file = join(folder, executable('prometheus'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, tells(version));
  chmodSync(file, 0o755);
  return file;
}

/** Writes the list of checksums of a folder's archive, as sha256sum does. */
export function writeSums(folder: string, archive: Buffer): void {
  const sum = createHash('sha256').update(archive).digest('hex');
  const other = `${'0'.repeat(64)}  prometheus-${PROMETHEUS.version}.plan9-amd64.tar.gz`;
  writeFileSync(join(folder, 'sha256sums.txt'), `${other}\n${sum}  ${ARCHIVE}\n`);
}

/** Serves on a port, a free one by default, until the test ends. @returns its URL */
export async function serve(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves the files of a folder. */
export function serveFolder(folder: string, asked: string[] = []): Promise<string> {
  return serve(({ url = '' }, response) => {
    asked.push(url);
    try {
      response.end(readFileSync(join(folder, url)));
    } catch {
      response.writeHead(404).end();
    }
  });
}
