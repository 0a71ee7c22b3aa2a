import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STEPS } from '../support/steps.ts';
import { onlyUnderCI } from '../support/ci.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const files = (folder: string) => readdirSync(new URL(folder, root)).toSorted();

/** How many lines have to go and come to make `b` of `a`: what a diff would show. */
function changedLines(a: string, b: string): number {
  const [x, y] = [a.split('\n'), b.split('\n')];
  // The longest common subsequence, row by row.
  let row = [0, ...y.map(() => 0)];
  for (const line of x) {
    const above = row;
    row = [0];
    for (let j = 0; j < y.length; j++) {
      row.push(line === y[j] ? above[j]! + 1 : Math.max(above[j + 1]!, row[j]!));
    }
  }
  return x.length + y.length - 2 * row.at(-1)!;
}

test('the steps are numbered from 01 without a gap', () => {
  expect(STEPS.map((name) => parseInt(name))).toEqual(STEPS.map((_, i) => i + 1));
});

describe.each(STEPS)('%s', (name) => {
  const folder = `steps/${name}`;

  test('is small, and has no teaching furniture', () => {
    for (const file of files(folder)) {
      const text = read(`${folder}/${file}`);
      expect(text.split('\n').length - 1, file).toBeLessThanOrEqual(150);
      expect(text, file).not.toMatch(/\b(step|chapter|exercise|workshop|TODO|NEW:)\b/i);
    }
  });

  test('imports only what it may', () => {
    for (const file of files(folder)) {
      const specifiers = [...read(`${folder}/${file}`).matchAll(/(?:from|import)\s*\(?'([^']+)'/g)];
      for (const [, specifier] of specifiers) {
        expect(specifier, file).toMatch(/^(#forest|node:[a-z/]+|prom-client|\.\/[a-z-]+\.ts)$/);
      }
    }
  });

  const before = STEPS[STEPS.indexOf(name) - 1];
  test('is the step before it plus one idea', () => {
    if (!before) return expect(name).toBe('01-bare-handler');
    const old = `steps/${before}`;
    const changed = changedLines(read(`${old}/server.ts`), read(`${folder}/server.ts`));
    expect(changed).toBeLessThanOrEqual(40);
    expect(files(folder)).toEqual(expect.arrayContaining(files(old)));
    for (const file of files(old)) {
      if (['server.ts', 'metrics.ts'].includes(file)) continue;
      expect(read(`${folder}/${file}`), file).toBe(read(`${old}/${file}`));
    }
  });

  test('holds its metric definitions in one file', () => {
    if (parseInt(name) < 3) return expect(files(folder)).toEqual(['server.ts']);
    expect(files(folder)).toEqual(expect.arrayContaining(['metrics.ts', 'server.ts']));
    expect(read(`${folder}/server.ts`)).not.toMatch(/new (Counter|Gauge|Histogram|Summary)\b/);
  });
});

// A learner's own program is no fault of the workshop's: only what is committed is looked at.
test('app/ is the first step, byte for byte', (context) => {
  onlyUnderCI(context);
  expect(files('app')).toEqual(files(`steps/${STEPS[0]}`));
  for (const file of files('app')) {
    expect(read(`app/${file}`)).toBe(read(`steps/${STEPS[0]}/${file}`));
  }
});

// A hint recommends `npx tsc` to the learner, whose own mistakes would drown among those of files
// that a checkout of the class cannot resolve.
test('npx tsc looks at programs, and at nothing that needs the packages of authors', () => {
  const { include }: { include: string[] } = JSON.parse(read('tsconfig.json'));
  expect(include).toEqual(expect.arrayContaining(['app', 'forest']));
  for (const folder of ['bench', 'checks', 'e2e', 'tests', 'workshop', '*.ts']) {
    expect(include).not.toContain(folder);
  }
});
