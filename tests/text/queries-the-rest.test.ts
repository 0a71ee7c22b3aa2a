import { expect, test } from 'vitest';
import { evaluate } from '../../checks/queries/promtool.ts';
import { halfHour } from '../../checks/queries/world.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { judgeAnswer, readAnswer } from './answers.ts';
import { blocksIn, readDocument } from './document.ts';

const chapter = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'Queries, the rest',
)!;

test('each query has an answer of the shape that the text states', async (context) => {
  const blocks = blocksIn(chapter, 'promql');
  const queries = blocks.map(({ lines }) => lines.join('\n'));
  const results = await evaluate(promtoolOrSkip(context), halfHour(10), queries, [1211, 1468]);
  const wrong = blocks.flatMap((block, at) =>
    results[at]!.map(({ rows, error }) =>
      error ? error.message : judgeAnswer(readAnswer(block), rows!),
    ).filter((problem) => problem !== undefined),
  );
  expect(blocks.length).toBeGreaterThan(8);
  expect(wrong).toEqual([]);
});
