import { describe, expect, test } from 'vitest';
import { sumOf } from '../../checks/harness/exposition.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { connect, QUIET, spawnStep, STEPS } from '../support/steps.ts';

const BROKEN_FOREST = new URL('../support/broken-forest.mjs', import.meta.url).href;

/** Where what counts failures is new; the other steps are tried under CI. */
const NEW = ['01-bare-handler', '04-labels', '06-histograms', STEPS.at(-1)!];

describe.each(STEPS)('%s', (name) => {
  const number = parseInt(name);

  test('answers 503 when the registry fails, 500 to an unexpected error, and lives on', async (context) => {
    if (!NEW.includes(name)) onlyUnderCI(context);
    // Every second question fails as it should, and all others meet a bug.
    const env = { ...QUIET, REGISTRY_ERROR_RATE: '0.5' };
    const program = spawnStep(name, env, { nodeArgs: ['--import', BROKEN_FOREST] });
    const step = await connect(name, program);
    const seen = { 503: 0, 500: 0 };
    for (let i = 0; i < 12; i++) {
      const { status, body } = await step.send('GET /treecounter');
      expect([503, 500]).toContain(status);
      seen[status as 503 | 500]++;
      expect(body).not.toMatch(/<output|a bug in the forest/);
    }
    expect(seen[503] * seen[500]).toBeGreaterThan(0);
    expect((await step.send('GET /')).status).toBe(200);
    expect((await step.send('POST /plant?species=oak')).status).toBe(201);
    expect(program.stderr.split('a bug in the forest').length - 1).toBe(seen[500]);

    const families = number >= 2 ? await step.scrape() : [];
    const count = (status: string) =>
      sumOf(families, 'requests_total', { method: 'GET', endpoint: '/treecounter', status });
    if (number === 3) expect(sumOf(families, 'requests_total')).toBe(14);
    if (number >= 4) {
      expect([count('200'), count('503'), count('500')]).toEqual([0, seen[503], seen[500]]);
    }
    if (number >= 5) expect(sumOf(families, 'requests_in_progress')).toBe(0);
    if (number >= 6) expect(sumOf(families, 'request_duration_seconds_count')).toBe(14);
    if (number >= 10) expect(sumOf(families, 'registry_exceptions_total')).toBe(12);
  });
});
