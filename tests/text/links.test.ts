import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { steps } from '../../checks/index.ts';
import { anchorOf, readDocument, ROOT } from './document.ts';

const SKIPPED = ['node_modules', '.git', '.workshop'];

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

const files = filesIn('.');
const documents = files.filter((path) => path.endsWith('.md'));

function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = readDocument(path).headings.map(({ title }) => {
    const anchor = anchorOf(title);
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  return new Set(anchors);
}

/** A Markdown text without its blocks and inline code. */
function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
}

describe('links within the repository lead somewhere', () => {
  test.each(documents)('%s', (path) => {
    const { text } = readDocument(path);
    const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    for (const target of targets) {
      if (/^(https?|mailto):/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      expect(existsSync(join(ROOT, found)), target).toBe(true);
      if (anchor === undefined) continue;
      expect(statSync(join(ROOT, found)).isFile(), target).toBe(true);
      expect([...anchorsOf(found)], target).toContain(anchor);
    }
  });
});

test('every place in WORKSHOP.md that another file names is there', () => {
  const anchors = anchorsOf('WORKSHOP.md');
  const others = files.filter((path) => /\.(ts|js|json|ya?ml|mjs|cjs)$/.test(path));
  for (const path of others) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    for (const [, anchor] of text.matchAll(/WORKSHOP\.md#([\w-]*\w)(?![\w-])/g)) {
      expect([...anchors], path).toContain(anchor);
    }
  }
});

/** A picture as the texts show it: one for both themes, or a light one with its dark twin. */
const PICTURE =
  /!\[([^\]]+)\]\(((?:\w+\/)*[\w-]+\.(?:svg|png))\)|<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([\w/-]+)-dark\.png">\s*<img alt="([^"]+)" src="([\w/-]+)-light\.png">\s*<\/picture>/g;

describe('pictures', () => {
  const found = documents.flatMap((path) =>
    [...readDocument(path).text.matchAll(PICTURE)].map(([, plain, file, dark, themed, light]) => ({
      path,
      says: plain ?? themed ?? '',
      twins: dark === light,
      files: file ? [file] : [`${light}-light.png`, `${dark}-dark.png`],
    })),
  );

  test('are there, in both themes, and can be read aloud', () => {
    for (const { path, says, twins, files } of found) {
      expect(twins, says).toBe(true);
      expect(says.length, says).toBeGreaterThan(20);
      const same = found.filter((other) => other.path === path && other.says === says);
      expect(same, says).toHaveLength(1);
      for (const file of files) {
        expect(existsSync(join(ROOT, dirname(path), file)), file).toBe(true);
      }
    }
  });

  test('are written in one of two ways', () => {
    for (const path of documents) {
      const rest = prose(readDocument(path).text).replaceAll(PICTURE, '');
      expect(rest, path).not.toMatch(/<img|<picture|!\[/);
    }
  });

  test('are as draw.js draws them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
    try {
      copyFileSync(join(ROOT, 'docs/pictures/draw.js'), join(folder, 'draw.mjs'));
      execFileSync(process.execPath, [join(folder, 'draw.mjs')]);
      const drawn = readdirSync(folder).filter((name) => name.endsWith('.svg'));
      expect(drawn).toEqual(
        readdirSync(join(ROOT, 'docs/pictures')).filter((name) => name.endsWith('.svg')),
      );
      for (const name of drawn) {
        const kept = readFileSync(join(ROOT, 'docs/pictures', name), 'utf8');
        expect(readFileSync(join(folder, name), 'utf8') === kept, name).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('are all used', () => {
    const used = found.flatMap(({ path, files }) =>
      files.map((file) => join(dirname(path), file).replaceAll('\\', '/')),
    );
    for (const name of readdirSync(join(ROOT, 'docs/pictures'))) {
      if (/\.(js|md)$/.test(name)) continue;
      expect(used).toContain(`docs/pictures/${name}`);
    }
  });
});

test('the chapters have the headings that hints and alerts link to', () => {
  const titles = readDocument('WORKSHOP.md').headings.map(({ title }) => title);
  expect(titles).toEqual(
    expect.arrayContaining([
      ...steps.map(({ chapter }) => chapter.heading),
      'Prometheus and Grafana',
      'Alerts',
      'Alert: target down',
      'Alert: too many 503s',
      'Alert: slow answers',
      'Alert: not running',
    ]),
  );
});
