import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { startProgram, until, untilListening } from '../checks/harness/program.ts';
import { judgeAnswer, readAnswer, type Shape } from '../tests/text/answers.ts';
import { blocksIn, readDocument, ROOT, stepOf } from '../tests/text/document.ts';
import { folderOf, readFiles, typeChapter, type Files } from '../tests/text/typing.ts';
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
const chapters = readDocument('WORKSHOP.md').chapters.map((chapter) => {
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

describe('the ten lines for a project of your own', () => {
  const blocks = readDocument('WORKSHOP.md').chapters.flatMap((chapter) => blocksIn(chapter, 'js'));

  test.concurrent.each([
    ['express', 5],
    ['fastify', 5],
  ])('%s %d', async (name, version) => {
    const lines = blocks.find((block) => block.lines[0]?.includes(`'${name}'`))!.lines;
    const folder = mkdtempSync(join(tmpdir(), 'tree-counter-text-'));
    const port = await freePort();
    const file = join(folder, 'server.js');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    writeFileSync(file, lines.join('\n').replace('8001', `${port}`));
    const packages = [`${name}@${version}`, 'prom-client@15'];
    const { status, stderr } = spawnSync('npm', ['install', '--prefer-offline', ...packages], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(status, stderr).toBe(0);
    const program = startProgram({ entry: file, nodeArgs: [] });
    const url = `http://127.0.0.1:${port}`;
    try {
      const answers = () =>
        fetch(`${url}/trees/oak`).then(
          ({ ok }) => ok,
          () => false,
        );
      expect(await until(answers, 20_000), program.stderr).toBe(true);
      await fetch(`${url}/no-such-page`);
      const response = await fetch(`${url}/metrics`);
      expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
      const count = 'http_request_duration_seconds_count';
      const text = await response.text();
      expect(text).toMatch(
        new RegExp(`^${count}{method="GET",route="/trees/:species",status="200"} `, 'm'),
      );
      expect(text).toMatch(
        new RegExp(`^${count}{method="GET",route="unmatched",status="404"} 1$`, 'm'),
      );
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
