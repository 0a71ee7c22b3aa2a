import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { startProgram, until, untilListening } from '../checks/harness/program.ts';
import { judgeAnswer, readAnswer, type Shape } from '../tests/text/answers.ts';
import { blocksIn, readDocument, ROOT, stepOf } from '../tests/text/document.ts';
import { folderOf, readCaption, readFiles, typeChapter, type Files } from '../tests/text/typing.ts';
import { startStep } from './program.ts';
import { freePort, needsPrometheus, promtool, startPrometheus } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

interface Question {
  readonly query: string;
  readonly shape: Shape;
}

/** Chapters that ask the learner to start the program with other settings. */
const SETTINGS: Record<string, Record<string, string>> = {
  '07 Buckets': { REGISTRY_DELAY_MS: '600' },
};

let step = 1;
/** Those of the second half-day that need no more than the class's stack. */
const further = readDocument('PRODUCTION.md').chapters.filter(
  ({ title }) => title === 'Queries, the rest',
);
const chapters = [...readDocument('WORKSHOP.md').chapters, ...further].map((chapter) => {
  step = Number(stepOf(chapter) ?? step);
  const questions = blocksIn(chapter, 'promql').map((block) => ({
    query: block.lines.join('\n'),
    shape: readAnswer(block),
  }));
  return { title: chapter.title, step, questions };
});

describe('the queries of the text have answers of the shape that it states', () => {
  beforeEach(needsPrometheus);

  test.concurrent.each(chapters.filter(({ questions }) => questions.length > 0))(
    '$title',
    async ({ title, step, questions }) => {
      expect(await ask(step, questions, SETTINGS[title])).toEqual([]);
    },
  );

  test.concurrent('07 Buckets: with the default buckets, p95 is off', async () => {
    const query =
      'histogram_quantile(0.95, sum by (le) (rate(request_duration_seconds_bucket{endpoint="/treecounter"}[1m])))';
    const shape = { count: 1, labels: [], from: 0.75, to: 1 };
    expect(await ask(6, [{ query, shape }], { REGISTRY_DELAY_MS: '600' })).toEqual([]);
  });
});

describe('someone who saves after each block sees the program start each time', () => {
  const files = readFiles(folderOf('01'));
  const stages = readDocument('WORKSHOP.md').chapters.flatMap((chapter) => {
    const saved: { line: number; files: Files }[] = [];
    typeChapter(chapter, files, ({ line }, _file, use) => {
      if (use !== 'read') saved.push({ line, files: new Map(files) });
    });
    return saved.length > 0 ? [{ title: chapter.title, saved }] : [];
  });

  test.concurrent.each(stages)('$title', async ({ saved }) => {
    mkdirSync(join(ROOT, '.workshop'), { recursive: true });
    for (const { line, files } of saved) {
      // Below the root: elsewhere #forest would not be found.
      const folder = mkdtempSync(join(ROOT, '.workshop/text-'));
      for (const [name, text] of files) writeFileSync(join(folder, name), text);
      const program = startProgram({
        entry: join(folder, 'server.ts'),
        env: { PORT: '0', METRICS_PORT: '0', REGISTRY_DELAY_MS: '0', REGISTRY_ERROR_RATE: '0' },
      });
      try {
        const [url] = await untilListening(program, 1, 60_000);
        for (const path of ['/', '/treecounter']) {
          expect((await fetch(url + path)).status, `line ${line}: ${path}`).toBe(200);
        }
        expect(program.exit, `line ${line}`).toBeUndefined();
      } finally {
        await program.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
});

describe('the scrape job of the text', () => {
  beforeEach(needsPrometheus);

  const chapter = readDocument('WORKSHOP.md').chapters.find(
    ({ title }) => title === 'Prometheus and Grafana',
  )!;
  const jobs = blocksIn(chapter, 'yaml').filter(({ caption }) => caption.includes('at the end'));

  test.each(jobs)('at line $line is taken, or refused if it is a mistake', ({ caption, lines }) => {
    const folder = mkdtempSync(join(tmpdir(), 'tree-counter-text-'));
    try {
      const file = join(folder, 'prometheus.yaml');
      const config = readFileSync(join(ROOT, 'prometheus.yaml'), 'utf8');
      writeFileSync(file, `${config}${lines.join('\n')}\n`);
      copyFileSync(join(ROOT, 'alerts.yaml'), join(folder, 'alerts.yaml'));
      const { status, text } = promtool(['check', 'config', file]);
      const isMistake = caption.includes('a mistake on purpose');
      expect(status === 0, text).toBe(!isMistake);
      if (isMistake) expect(text).toMatch(/line \d+: field static_config not found/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test.concurrent(
  'the alert of the text fires, and goes on when its file is broken',
  async (context) => {
    needsPrometheus(context);
    const alerts = readDocument('WORKSHOP.md').chapters.find(({ title }) => title === 'Alerts')!;
    const own = blocksIn(alerts, 'yaml').find(({ caption }) => caption.includes('at the end'))!;
    const rules = `${readFileSync(join(ROOT, 'alerts.yaml'), 'utf8')}${own.lines.join('\n')}\n`;
    const program = await startStep(4, { env: { REGISTRY_ERROR_RATE: '0.4' } });
    const prometheus = await startPrometheus(program.target);
    const stop = startTraffic(program.url);
    const find = async () =>
      (await prometheus.alerts()).find(({ labels }) => labels.alertname === 'SteadyFailures');
    try {
      prometheus.saveRules(rules);
      expect(await until(async () => (await find())?.state === 'pending', 60_000)).toBe(true);
      expect(await until(async () => (await find())?.state === 'firing', 60_000)).toBe(true);
      expect((await find())!.annotations.summary).toMatch(/^\d[\d.]*% of the requests .* fail\.$/);
      prometheus.saveRules(rules.replace('[2m])) > 0)', '[2m])) > 0'));
      const refused = () => prometheus.log.includes('unclosed left parenthesis');
      expect(await until(refused, 30_000)).toBe(true);
      expect((await find())?.state).toBe('firing');
    } finally {
      await stop();
      await Promise.all([prometheus.stop(), program.process.stop()]);
    }
  },
);

describe('the files for a project of your own', () => {
  const blocks = readDocument('WORKSHOP.md')
    .chapters.flatMap((chapter) => blocksIn(chapter, 'ts'))
    .filter((block) => readCaption(block).use === 'elsewhere');

  /** Beside what the text shows: answers that fail, and one that comes late. */
  const MORE: Record<string, string> = {
    express: `
trees.get('/fails', () => { throw new Error('on purpose'); });
trees.get('/late', (_request, response) => { setTimeout(() => response.end(), 2000); });
`,
    fastify: `
    trees.get('/fails', async () => { throw new Error('on purpose'); });
    trees.get('/late', (_request, reply) => { setTimeout(() => reply.send(), 2000); });
`,
  };

  test.concurrent.each([
    ['express', 5, ['@types/express@5']],
    ['fastify', 5, []],
  ])('%s %d', async (name, version, types) => {
    const shared = blocks.find((block) => readCaption(block).file === 'metrics.ts')!;
    const server = blocks.find(({ lines }) => lines[0]?.includes(`from '${name}'`))!;
    const folder = mkdtempSync(join(tmpdir(), 'tree-counter-text-'));
    const [port, metricsPort] = [await freePort(), await freePort()];
    const text = server.lines
      .join('\n')
      .replace('8000', `${port}`)
      .replace('8001', `${metricsPort}`)
      .replace(/^ *trees\.get/m, (route) => `${MORE[name]}${route}`);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    writeFileSync(join(folder, 'metrics.ts'), `${shared.lines.join('\n')}\n`);
    writeFileSync(join(folder, 'server.ts'), `${text}\n`);
    const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
    const config = { compilerOptions, files: ['server.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const packages = [`${name}@${version}`, ...types, 'prom-client@15', '@types/node@20'];
    const options = {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    } as const;
    const { status, stderr } = spawnSync(
      'npm',
      ['install', '--prefer-offline', ...packages],
      options,
    );
    expect(status, stderr).toBe(0);
    const require = createRequire(import.meta.url);
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    const checked = spawnSync(process.execPath, [tsc, '--project', '.'], options);
    expect(checked.stdout).toBe('');

    const tsx = pathToFileURL(require.resolve('tsx')).href;
    const program = startProgram({ entry: join(folder, 'server.ts'), nodeArgs: ['--import', tsx] });
    const url = `http://127.0.0.1:${port}`;
    const get = (path: string, init?: RequestInit) =>
      fetch(url + path, init).then(
        (response) => response.text().then(() => response.status),
        () => undefined,
      );
    try {
      const answers = async () => (await get('/no-such-page')) === 404;
      expect(await until(answers, 20_000), program.stderr).toBe(true);
      expect(await get('/trees/oak')).toBe(200);
      expect(await get('/trees/fails')).toBe(500);
      expect(await get('/trees/late', { signal: AbortSignal.timeout(500) })).toBeUndefined();
      await get('/no-such-page', { method: 'PURGE' });

      const metrics = `http://127.0.0.1:${metricsPort}`;
      const wanted = [
        'method="GET",route="/trees/:species",status="200"} 1',
        'method="GET",route="/trees/fails",status="500"} 1',
        'method="GET",route="/trees/late",status="aborted"} 1',
        'method="GET",route="unmatched",status="404"} 1',
        'method="other",route="unmatched",status="404"} 1',
      ].map((line) => `http_request_duration_seconds_count{${line}`);
      let lines: string[] = [];
      await until(async () => {
        const response = await fetch(`${metrics}/metrics`);
        expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
        const all = (await response.text()).split('\n');
        lines = all.filter((line) => line.startsWith('http_request_duration_seconds_count'));
        return lines.length >= wanted.length;
      }, 10_000);
      expect(lines.toSorted()).toEqual(wanted.toSorted());
      expect((await fetch(metrics)).status).toBe(404);
      expect(await get('/metrics')).toBe(404);
    } finally {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Asks until all answers are right; returns what is still wrong at the end. */
async function ask(
  step: number,
  questions: readonly Question[],
  env?: Record<string, string>,
): Promise<string[]> {
  const { process, url, target } = await startStep(step, { env });
  const stopTraffic = startTraffic(url);
  // Every second, so that there are rates after a few: this is not about time.
  const prometheus = await startPrometheus(target, '1s').catch(async (error) => {
    await stopTraffic();
    await process.stop();
    throw error;
  });
  try {
    let wrong: string[] = [];
    const judge = async ({ query, shape }: Question) => {
      if (shape.error) {
        const said = await prometheus.query(query).then(() => 'no error', String);
        return said.includes(shape.error) ? [] : [`${query}: ${said}`];
      }
      const problem = judgeAnswer(shape, await prometheus.query(query));
      return problem ? [`${query}: ${problem}`] : [];
    };
    // Some visitors first: an empty answer must be empty then, too.
    await until(async () => {
      const [requests] = await prometheus.query('sum(rate(requests_total[1m])) > 0');
      return requests !== undefined;
    }, 60_000);
    await until(async () => {
      wrong = (await Promise.all(questions.map(judge))).flat();
      return wrong.length === 0;
    }, 90_000);
    return wrong;
  } finally {
    await stopTraffic();
    await Promise.all([prometheus.stop(), process.stop()]);
  }
}
