import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sumOf } from '../../checks/exposition.ts';
import { connect, QUIET, runStep, spawnStep, STEPS } from '../support/steps.ts';

const BROKEN_FOREST = fileURLToPath(new URL('../support/broken-forest.mjs', import.meta.url));

describe.each(STEPS)('%s', (name) => {
  const number = parseInt(name);

  test('answers 503 when the registry fails, and counts it as that', async () => {
    const step = await runStep(name, { REGISTRY_ERROR_RATE: '1' });
    for (let i = 0; i < 3; i++) {
      const { status, body } = await step.send('GET /treecounter');
      expect(status).toBe(503);
      expect(body).not.toMatch(/<output/);
    }
    expect((await step.send('GET /')).status).toBe(200);
    expect((await step.send('POST /plant?species=oak')).status).toBe(201);
    if (number >= 4) {
      const families = await step.scrape();
      const count = (status: string) =>
        sumOf(families, 'requests_total', { method: 'GET', endpoint: '/treecounter', status });
      expect([count('200'), count('503')]).toEqual([0, 3]);
    }
  });

  test('answers 500 to an unexpected error, and lives on', async () => {
    const program = spawnStep(name, QUIET, ['--import', BROKEN_FOREST]);
    const step = await connect(name, program);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await step.send('GET /treecounter');
      expect(status).toBe(500);
      expect(body).not.toContain('a bug in the forest');
    }
    expect((await step.send('GET /')).status).toBe(200);
    expect(program.stderr).toContain('a bug in the forest');
    if (number >= 4) {
      const families = await step.scrape();
      expect(sumOf(families, 'requests_total', { endpoint: '/treecounter', status: '500' })).toBe(
        2,
      );
      expect(sumOf(families, 'requests_total', { endpoint: '/treecounter', status: '200' })).toBe(
        0,
      );
    }
    if (number >= 5) expect(sumOf(await step.scrape(), 'requests_in_progress')).toBe(0);
    if (number >= 10) expect(sumOf(await step.scrape(), 'registry_exceptions_total')).toBe(2);
  });
});
