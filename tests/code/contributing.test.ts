import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../workshop/programs.ts';
import { STEPS } from '../support/steps.ts';

const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const rows = [...text.matchAll(/^\| ([a-z][a-zP, ]*?) +\| (.*?) +\|$/gm)].map(
  ([, what = '', where = '']) => ({
    what,
    places: [...where.matchAll(/`([^`]+)`/g)].flatMap(([, place = '']) =>
      place.startsWith('npm run') ? [] : place,
    ),
  }),
);

test('it is one screen', () => {
  expect(text.split('\n').length).toBeLessThanOrEqual(75);
});

describe('what a change touches', () => {
  test('is listed for each kind of change', () => {
    expect(rows.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'step',
        'metric',
        'hint',
        'command',
        'variable',
        'port',
        'dashboard, panel',
        'sentence',
        'release of Prometheus',
      ]),
    );
  });

  test.each(rows)('$what: each place is there, for each step', ({ places }) => {
    expect(places.length).toBeGreaterThan(1);
    // From the third on, a step has a file for its metrics.
    for (const step of STEPS.slice(2)) {
      for (const place of places) {
        const path = place.replace('NN-slug', step).replace('NN', step.slice(0, 2));
        expect(existsSync(join(ROOT, path)), path).toBe(true);
        expect(statSync(join(ROOT, path)).isDirectory(), path).toBe(path.endsWith('/'));
      }
    }
  });
});
