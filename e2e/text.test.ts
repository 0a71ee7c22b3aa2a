import { beforeEach, describe, expect, test } from 'vitest';
import { until } from '../checks/program.ts';
import { judgeAnswer, readAnswer, type Shape } from '../tests/text/answers.ts';
import { blocksIn, readDocument, stepOf } from '../tests/text/document.ts';
import { startStep } from './program.ts';
import { needsPrometheus, startPrometheus } from './prometheus.ts';
import { startTraffic } from './traffic.ts';

interface Question {
  readonly query: string;
  readonly shape: Shape;
}

/** Chapters that ask the learner to start the program with other settings. */
const SETTINGS: Record<string, Record<string, string>> = {
  '07 Buckets': { REGISTRY_DELAY_MS: '600' },
};

beforeEach(needsPrometheus);

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
