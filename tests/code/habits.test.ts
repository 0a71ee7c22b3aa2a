import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMPONENTS, imagesOf } from '../../workshop/stack/components.ts';
import { images } from '../../workshop/stack/docker.ts';
import { ROOT } from '../../workshop/programs.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = (folder: string) => JSON.parse(read(`${folder}/package.json`));

describe('THIRD-PARTY.md', () => {
  const text = read('THIRD-PARTY.md');
  const rows = [...text.matchAll(/^\| `(\S+)` +\| (\S+) +\|/gm)];
  const named = new Map(rows.map(([, name, licence]) => [name!, licence!]));

  test('names the licence of every package that make dev installs', () => {
    const locked: Record<string, { dev?: boolean; license: string }> = JSON.parse(
      read('package-lock.json'),
    ).packages;
    const wanted = new Map<string, string>();
    for (const [folder, { dev, license }] of Object.entries(locked)) {
      if (folder === '' || dev) continue;
      // What is there for another system is not installed here.
      const installed = existsSync(join(ROOT, folder)) ? manifest(folder).license : license;
      expect(installed, folder).toBe(license);
      // One row for the builds of a package for all systems, and one for the editor.
      const name = folder
        .replace('node_modules/', '')
        .replace(/^(@esbuild\/|@codemirror\/|@typescript\/typescript-).+/, '$1*');
      expect(wanted.get(name) ?? license, folder).toBe(license);
      wanted.set(name, license);
    }
    expect(named).toEqual(wanted);
  });

  test('names every image', () => {
    const { node, prometheus, grafana } = images();
    for (const image of [node, prometheus, grafana, ...imagesOf(COMPONENTS)]) {
      expect(text).toContain(`the image \`${image.split(':')[0]}\``);
    }
  });
});

test('the changelog begins with what is not released, and has the version of package.json', () => {
  const titles = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title!);
  expect(titles[0]).toBe('[Unreleased]');
  for (const title of titles.slice(1)) {
    expect(title).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  }
  expect(titles[1]).toContain(`[${manifest('.').version}]`);
});

test('who reports a problem is asked for make doctor', () => {
  const template = read('.github/ISSUE_TEMPLATE/problem.yaml');
  expect(template).toMatch(/id: doctor[^]*make doctor[^]*npm run doctor[^]*required: true/);
});
