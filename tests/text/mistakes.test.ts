import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import {
  startProgram,
  until,
  untilListening,
  type ProgramProcess,
} from '../../checks/harness/program.ts';
import { compile } from '../support/compiled.ts';
import { blocksIn, readDocument, ROOT, type Block } from './document.ts';
import { folderOf, readCaption, readFiles, typeChapter, type Files } from './typing.ts';

const { chapters } = readDocument('WORKSHOP.md');

/** The mistakes of the text, each with the files as they are until it is taken back. */
const typed = new Map<string, Files>();
const files = readFiles(folderOf('01'));
for (const chapter of chapters) {
  let mistakes = 0;
  const open = new Map<string, string>();
  let before: Files = new Map(files);
  typeChapter(chapter, files, (_block, file, use) => {
    const mistake = open.get(file);
    if (mistake) typed.set(mistake, before);
    open.delete(file);
    if (use === 'mistake') open.set(file, `${chapter.title} ${++mistakes}`);
    before = new Map(files);
  });
}

interface Running {
  readonly process: ProgramProcess;
  readonly url: string;
  get(path: string, method?: string): Promise<{ status: number; type: string; text: string }>;
  /** The value of a line of /metrics; undefined where there is none. */
  metric(series: string): Promise<number | undefined>;
}

const tried = new Set<string>();

/** Runs the program as it is with the given mistake, or as given, and stops it at the end. */
async function run(
  program: string | Files,
  env: Record<string, string>,
  use: (running: Running) => Promise<void>,
  entry = 'server.js',
): Promise<void> {
  const written = typeof program === 'string' ? typed.get(program) : program;
  if (!written) throw new Error(`The text has no mistake ${program}.`);
  if (typeof program === 'string') tried.add(program);
  // Beside the compiled steps, where #forest is found.
  const folder = mkdtempSync(join(ROOT, inject('compiled')!, 'text-'));
  for (const [name, text] of written) writeFileSync(join(folder, name), text);
  await compile(folder);
  const process = startProgram({
    entry: join(folder, entry),
    nodeArgs: [],
    env: { PORT: '0', REGISTRY_DELAY_MS: '0', REGISTRY_ERROR_RATE: '0', ...env },
  });
  try {
    const [first = ''] = await untilListening(process);
    const url = first.replace(/\/metrics$/, '');
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(url + path, { method });
      const type = response.headers.get('Content-Type') ?? '';
      return { status: response.status, type, text: await response.text() };
    };
    const metric = async (series: string) => {
      const lines = (await get('/metrics')).text.split('\n');
      const line = lines.find((candidate) => candidate.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length));
    };
    await use({ process, url, get, metric });
  } finally {
    await process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the mistakes of the text do what it says', () => {
  test.concurrent('02: a busy loop silences /metrics, and the lag shows it', async () => {
    await run('02 Expose metrics 1', {}, async ({ get, metric }) => {
      const lag = () => metric('nodejs_eventloop_lag_max_seconds');
      // The second visitor comes while the loop runs, as a person would; on a busy machine he may
      // come too early.
      const shows = async () => {
        const start = Date.now();
        const home = get('/');
        await new Promise((resolve) => setTimeout(resolve, 500));
        const seconds = (await lag()) ?? 0;
        const waited = Date.now() - start;
        await home;
        return seconds > 2.5 && waited > 2500;
      };
      expect(await until(shows, 20_000)).toBe(true);
      expect(await lag()).toBeLessThan(2.5);
    });
  });

  const failing = { REGISTRY_ERROR_RATE: '1' };
  const visits = Array.from({ length: 5 });

  test.concurrent('03: counted before the answer, failures look like successes', async () => {
    await run('03 Counters 1', failing, async ({ get, metric }) => {
      for (const _ of visits) expect((await get('/treecounter')).status).toBe(503);
      expect(await metric('requests_total')).toBe(5);
    });
  });

  test.concurrent('03: counted after the answer, a broken service looks unused', async () => {
    await run('03 Counters 2', failing, async ({ get, metric }) => {
      for (const _ of visits) await get('/treecounter');
      expect(await metric('requests_total')).toBe(0);
    });
  });

  test.concurrent('03: inc(-1) throws, and the oak is gone all the same', async () => {
    await run('03 Counters 3', {}, async ({ process, get }) => {
      expect((await get('/plant?species=oak', 'POST')).status).toBe(201);
      expect((await get('/fell?species=oak', 'POST')).status).toBe(500);
      expect((await get('/fell?species=oak', 'POST')).status).toBe(409);
      const [block] = blocksIn(
        chapters.find(({ title }) => title === '03 Counters')!,
        'text',
      );
      const wanted = block!.lines[0]!;
      expect(await until(() => process.stderr.includes(wanted), 5000), process.stderr).toBe(true);
    });
  });

  test.concurrent('Prometheus: with the route renamed, /metrics is a 404', async () => {
    await run('Prometheus and Grafana 1', {}, async ({ get }) => {
      expect((await get('/metrics')).status).toBe(404);
    });
  });

  test.concurrent('04: with the raw path as a label, each address is a series', async () => {
    await run('04 Labels 1', {}, async ({ get }) => {
      const count = async () =>
        (await get('/metrics')).text.split('\n').filter((line) => line.startsWith('requests_total'))
          .length;
      const before = await count();
      for (let i = 0; i < 30; i++) await get(`/no-such-page-${i}`);
      expect(await count()).toBe(before + 30);
    });
  });

  test.concurrent('07: a bucket written Infinity stands beside +Inf', async () => {
    await run('07 Buckets 1', {}, async ({ get }) => {
      const { text } = await get('/metrics');
      expect(text).toContain('le="Infinity"');
      expect(text).toContain('le="+Inf"');
    });
  });

  test.concurrent('08: a summary without quantiles is sum and count', async () => {
    await run('08 Summaries 1', {}, async ({ get }) => {
      await get('/treecounter');
      const { text } = await get('/metrics');
      const lines = text.match(/^request_processing_seconds\w*/gm);
      expect(new Set(lines)).toEqual(
        new Set(['request_processing_seconds_sum', 'request_processing_seconds_count']),
      );
    });
  });

  test('none is left out', () => {
    expect([...tried].toSorted()).toEqual([...typed.keys()].toSorted());
  });
});

describe('what the text says by the way is so', () => {
  /** The end of a step with one text in a file replaced by another. */
  function changed(step: string, file: string, from: string, to: string): Files {
    const end = readFiles(folderOf(step));
    const text = end.get(file)!;
    expect(text.split(from)).toHaveLength(2);
    return end.set(file, text.replace(from, to));
  }

  test.concurrent('02: without await the program ends with an error', async () => {
    const program = changed('02', 'server.ts', 'await register.metrics()', 'register.metrics()');
    await run(program, {}, async ({ process, get }) => {
      await expect(get('/metrics')).rejects.toThrow();
      expect((await process.exited).code).toBe(1);
    });
  });

  test.concurrent('02: without a Content-Type the answer goes out as text/html', async () => {
    const line = "headers: { 'Content-Type': register.contentType },";
    await run(changed('02', 'server.ts', line, ''), {}, async ({ get }) => {
      expect((await get('/metrics')).type).toMatch(/^text\/html/);
    });
  });

  test.concurrent('03: a second collectDefaultMetrics() is an error', async () => {
    const from = "import { donatedEuros, requests } from './metrics.ts';";
    const to = `${from}\nimport { collectDefaultMetrics } from 'prom-client';\ncollectDefaultMetrics();`;
    await expect(run(changed('03', 'server.ts', from, to), {}, async () => {})).rejects.toThrow(
      'already been registered',
    );
  });

  test.concurrent('04: inc() without labels adds a series without labels', async () => {
    const from = 'donatedEuros.inc(euros);';
    const program = changed('04', 'server.ts', from, 'requests.inc();');
    await run(program, {}, async ({ get, metric }) => {
      await get('/plant?species=oak', 'POST');
      expect(await metric('requests_total')).toBe(1);
    });
  });

  test.concurrent('09: without reset() the old facts stay', async () => {
    const program = changed('09', 'info.ts', 'this.#gauge.reset();', '');
    const text = program.get('metrics.ts')!;
    const again = "applicationInfo.info({ version: 'next', runtime: 'node' });\n";
    program.set('metrics.ts', text.replace('export const applicationState', `${again}$&`));
    await run(program, {}, async ({ get }) => {
      expect((await get('/metrics')).text.match(/^application_info\{/gm)).toHaveLength(2);
    });
  });

  test.concurrent('11: the worker serves its metrics', async () => {
    const blocks = chapters.flatMap((chapter): Block[] => blocksIn(chapter, 'ts'));
    const worker = blocks.find((block) => readCaption(block).use === 'throw away')!;
    const text = worker.lines.join('\n').replace(/METRICS_PORT: \d+/, 'METRICS_PORT: 0');
    const program = readFiles(folderOf('11')).set('worker.ts', text);
    await run(
      program,
      {},
      async ({ metric }) => {
        const counts = async () => ((await metric('jobs_done_total')) ?? 0) >= 1;
        expect(await until(counts, 5000)).toBe(true);
      },
      'worker.js',
    );
  });
});
