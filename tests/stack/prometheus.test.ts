import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../workshop/programs.ts';
import { images } from '../../workshop/stack/docker.ts';
import { findPrometheus } from '../../workshop/stack/prometheus.ts';
import {
  download,
  FetchFailure,
  fetchPrometheus,
} from '../../workshop/stack/prometheus-archive.ts';
import { PROMETHEUS, systemName } from '../../workshop/stack/releases.ts';
import {
  ARCHIVE,
  makeArchive,
  putPrometheus,
  serve,
  serveFolder,
  tells,
  writeSums,
} from '../support/archive.ts';
import { temporaryFolder } from '../support/workspace.ts';

const WINDOWS = process.platform === 'win32';

test('the release is that of the image', () => {
  expect(images().prometheus).toBe(`prom/prometheus:v${PROMETHEUS.version}`);
  expect(PROMETHEUS.archives).toMatch(new RegExp(`/v${PROMETHEUS.version}$`));
  const told = readFileSync(join(ROOT, 'INSTRUCTOR.md'), 'utf8');
  expect(told).toContain(`/releases/tag/v${PROMETHEUS.version})`);
  for (const sum of Object.values(PROMETHEUS.sha256)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['linux', 'x64', 'linux-amd64'],
  ['linux', 'arm', 'linux-armv7'],
  ['darwin', 'arm64', 'darwin-arm64'],
  ['win32', 'x64', 'windows-amd64'],
  ['aix', 'ppc64', undefined],
])('the release for %s on %s is %s', (platform, arch, name) => {
  expect(systemName(platform, arch)).toBe(name);
});

describe.skipIf(WINDOWS)('what is taken for Prometheus', () => {
  const folders = async (count: number) =>
    Promise.all(Array.from({ length: count }, () => temporaryFolder()));

  test('is the first on PATH that is new enough, after the prefetched one', async () => {
    const [own, old, first, second] = (await folders(4)) as [string, string, string, string];
    putPrometheus(old, '2.42.0');
    const command = putPrometheus(first, '3.5.3');
    putPrometheus(second, '3.13.4');
    const PATH = [old, first, second].join(delimiter);
    expect(findPrometheus({ PATH }, own).found).toEqual({ command, version: '3.5.3' });
    const prefetched = putPrometheus(own, '3.13.4');
    expect(findPrometheus({ PATH }, own).found?.command).toBe(prefetched);
  });

  test('is none that is too old, or that tells no version', async () => {
    const [own, old, silent] = (await folders(3)) as [string, string, string];
    const command = putPrometheus(old, '2.42.0+ds');
    expect(findPrometheus({ PATH: old }, own)).toEqual({ unfit: { command, version: '2.42.0' } });
    putPrometheus(silent, '');
    expect(findPrometheus({ PATH: silent }, own).unfit?.version).toBe('unknown');
    expect(findPrometheus({ PATH: '' }, own)).toEqual({ unfit: undefined });
  });
});

describe('an archive', () => {
  const [prometheus, promtool] = [{ text: tells('3.13.4') }, { text: '' }];

  /** Where to unpack to: beside it, nothing may stay. */
  async function place(): Promise<string> {
    return join(await temporaryFolder(), 'prometheus');
  }

  /** Fetches what cannot be fetched. @returns what is said about it */
  async function refusal(mirror: string, options = {}): Promise<string> {
    const into = await place();
    let said = 'It was fetched.';
    try {
      await fetchPrometheus({ mirror, into, ...options });
    } catch (error) {
      expect(error).toBeInstanceOf(FetchFailure);
      said = `${(error as FetchFailure).message}. ${(error as FetchFailure).fix}`;
    }
    expect(readdirSync(dirname(into))).toEqual([]);
    return said;
  }

  test.skipIf(WINDOWS).each(['URL', 'folder'])('comes from a %s', async (kind) => {
    const folder = await temporaryFolder();
    makeArchive(folder, { prometheus, promtool });
    const into = await place();
    // What one that was killed has left behind.
    mkdirSync(`${into}.part`);
    const progress: [number, number | undefined][] = [];
    const fetched = await fetchPrometheus({
      mirror: kind === 'URL' ? `${await serveFolder(folder)}/` : folder,
      into,
      onProgress: (...seen) => progress.push(seen),
    });
    expect(fetched).toEqual({ command: join(into, 'prometheus'), version: '3.13.4' });
    expect(readdirSync(into).toSorted()).toEqual(['prometheus', 'promtool']);
    expect(readdirSync(dirname(into))).toEqual(['prometheus']);
    const { size } = statSync(join(folder, ARCHIVE));
    expect(progress.at(-1)).toEqual([size, size]);
  });

  test.skipIf(WINDOWS)('that does not run here is refused', async () => {
    const folder = await temporaryFolder();
    makeArchive(folder, { prometheus: { text: 'MZ' }, promtool });
    expect(await refusal(folder)).toMatch(/does not run on this computer\. Get it from https:/);
  });

  test('that is none is refused', async () => {
    const folder = await temporaryFolder();
    const page = Buffer.from('<html>Please accept the terms of our Wi-Fi</html>');
    writeFileSync(join(folder, ARCHIVE), page);
    writeSums(folder, page);
    expect(await refusal(folder)).toMatch(/cannot be unpacked: .+\. Get it from https:/);
  });

  test('that was changed, or is only begun, is refused', async () => {
    const folder = await temporaryFolder();
    const whole = Buffer.alloc(100_000, 'x');
    writeSums(folder, whole);
    for (const bytes of [Buffer.alloc(100_000, 'y'), whole.subarray(0, 50_000)]) {
      writeFileSync(join(folder, ARCHIVE), bytes);
      expect(await refusal(folder)).toMatch(
        /is not what its checksum says: .+\. Tell the one who keeps that copy\./,
      );
    }
  });

  test('that is cut off on its way is refused', async () => {
    const folder = await temporaryFolder();
    writeSums(folder, Buffer.alloc(100_000));
    const url = await serve((request, response) => {
      if (request.url === '/sha256sums.txt') {
        response.end(readFileSync(join(folder, 'sha256sums.txt')));
        return;
      }
      response.writeHead(200, { 'Content-Length': 100_000 });
      response.write(Buffer.alloc(60_000), () => response.destroy());
    });
    expect(await refusal(url)).toMatch(/broke off after 0\.1 MB: .+\. Check your network/);
  });

  test('that does not come on is given up', async () => {
    const url = await serve((_, response) => void response.write('0'));
    expect(await refusal(url, { stallMs: 300 })).toMatch(
      /sha256sums\.txt broke off after 0\.0 MB: nothing has come for 0\.3 s\. Check/,
    );
    const silent = await serve(() => {});
    expect(await refusal(silent, { stallMs: 300 })).toMatch(/cannot be read: nothing has come/);
  });

  test('that is larger than any is not taken', async () => {
    const endless = await serve((_, response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
      more();
    });
    expect(await refusal(endless)).toMatch(/sha256sums\.txt is larger than what is looked for/);
    const huge = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 1e12 }).write('0');
    });
    expect(await refusal(huge)).toMatch(/larger than what is looked for/);
  });

  test('that is not there is told of', async () => {
    const empty = await temporaryFolder();
    expect(await refusal(empty)).toBe(
      `${join(empty, 'sha256sums.txt')} cannot be read: there is no such file. Look whether MIRROR is right.`,
    );
    expect(await refusal(await serveFolder(empty))).toMatch(
      /sha256sums\.txt cannot be read: the answer is 404\. Check your network/,
    );
    expect(await refusal('http://127.0.0.1:1')).toMatch(/cannot be read: .+\. Check your network/);
    writeFileSync(join(empty, 'sha256sums.txt'), `${'0'.repeat(64)}  prometheus-2.53.0.tar.gz\n`);
    expect(await refusal(empty)).toMatch(/does not name prometheus-\d.+ the same release\.$/);
  });

  test('cannot be put where a file is', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(fetchPrometheus({ into: join(file, 'prometheus') })).rejects.toThrow(
      `${file} cannot be written to: `,
    );
  });

  test.skipIf(!existsSync('/dev/full'))('that does not fit is told of', async () => {
    const source = join(await temporaryFolder(), 'archive');
    writeFileSync(source, 'some bytes');
    await expect(download(source, '/dev/full')).rejects.toThrow(/^The disk is full: .* 500 MB/);
  });
});
