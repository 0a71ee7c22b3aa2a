import { expect, test } from 'vitest';
import { createRandom } from '../../forest/random.ts';
import { runStep, STEPS } from '../support/steps.ts';

/** The answers and donations of one run. */
async function history(name: string, env: Record<string, string>) {
  const step = await runStep(name, { REGISTRY_ERROR_RATE: '0.5', ...env });
  const answers: string[] = [];
  for (let i = 0; i < 12; i++) {
    answers.push(String((await step.send('GET /treecounter')).status));
    const { body } = await step.send('POST /plant?species=oak');
    answers.push(/\d+\.\d\d euros/.exec(body)![0]);
  }
  return answers;
}

test('a seed repeats itself, in every step, and another one differs', async () => {
  const first = STEPS[0]!;
  const answers = await history(first, { SEED: '42' });
  for (const name of [first, '09-info-enum', STEPS.at(-1)!]) {
    expect(await history(name, { SEED: '42' })).toEqual(answers);
  }
  expect(await history(first, { SEED: '43' })).not.toEqual(answers);
  expect(await history(first, { SEED: '' })).not.toEqual(answers);
});

test('the delays are the same every time, too', async () => {
  const step = await runStep(STEPS[0]!, { REGISTRY_DELAY_MS: '400', SEED: '42' });
  const random = createRandom(42, 'delays');
  for (let i = 0; i < 5; i++) {
    const expected = random() * 400;
    const start = performance.now();
    await step.send('GET /treecounter');
    const ms = performance.now() - start;
    // Never earlier; a busy machine makes it later, but not by seconds.
    expect(ms).toBeGreaterThan(expected - 3);
    expect(ms).toBeLessThan(expected + 3000);
  }
});
