import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { wordsOf } from '../../workshop/commands/amtool.ts';
import { componentsIn } from '../../workshop/stack/components.ts';
import { findOnPath } from '../../workshop/stack/path.ts';
import { blocksIn, readDocument, ROOT, type Chapter } from './document.ts';
import { readCaption, replaceLines, withoutSpace } from './typing.ts';

const { chapters, text } = readDocument('PRODUCTION.md');
const timed = chapters.filter((chapter) => /^_\d+ minutes_$/m.test(chapter.text));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const RHYTHM = [
  'The question',
  'The idea',
  'Do it',
  'Try it',
  'Check',
  'Questions',
  'Your own service',
  'Further',
];

describe.each(timed)('$title', (chapter) => {
  test('has the rhythm of the class', () => {
    const headings = [...chapter.text.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
    expect(headings).toEqual(RHYTHM);
    expect(chapter.text).toMatch(
      /^_\d+ minutes_\n\n<details><summary>From chapter .+\?<\/summary>$/m,
    );
    expect(chapter.text).toMatch(/### Your own service\n\n\S/);
    const [, further = ''] = chapter.text.split('### Further\n');
    for (const task of further.split(/^- /m).slice(1)) {
      expect(task).toMatch(/^ {2}<details><summary>Answer<\/summary>$/m);
    }
    const opened = chapter.text.match(/<details>/g)?.length;
    expect(chapter.text.match(/<\/details>/g)?.length).toBe(opened);
    expect(chapter.text).not.toMatch(/<\/summary>\n\S/);
  });

  test('has what it edits in files that are there, and what is to be read stands in them', () => {
    for (const block of blocksIn(chapter, 'yaml')) {
      const { file, use } = readCaption(block);
      const isNew = typeEdits(chapter, block.line, 'new').has(file);
      expect(existsSync(join(ROOT, file)), file).toBe(!isNew);
      if (use === 'read')
        expect(withoutSpace(read(file))).toContain(withoutSpace(block.lines.join('\n')));
    }
  });

  test('names only components that there are', () => {
    for (const { lines } of blocksIn(chapter, 'sh')) {
      for (const line of lines) {
        const [, names] = / WITH=(\S+)/.exec(line) ?? [];
        if (names) expect(componentsIn(names, 'up').length).toBeGreaterThan(0);
      }
    }
  });
});

/**
 * The files that a chapter edits as they are once that is typed, up to a line of the text.
 * @param kind `new` takes those alone that the chapter brings, `old` those alone that are there before
 * @param files what other chapters have typed
 */
function typeEdits(
  chapter: Chapter,
  until = Infinity,
  kind: 'new' | 'old' = 'old',
  files = new Map<string, string>(),
): Map<string, string> {
  const brought = new Set<string>();
  for (const block of blocksIn(chapter, 'yaml')) {
    const { file, use, atEnd } = readCaption(block);
    if (block.line > until) continue;
    if (use === 'new') {
      brought.add(file);
      if (kind === 'new') files.set(file, `${block.lines.join('\n')}\n`);
    }
    if (use !== 'edit' || brought.has(file) !== (kind === 'new')) continue;
    const before = files.get(file) ?? read(file);
    const after = atEnd
      ? `${before}${block.lines.join('\n')}\n`
      : replaceLines(before, block, file);
    files.set(file, after);
  }
  return files;
}

test.each([
  ['in the order of the text', timed],
  ['from the last to the first', timed.toReversed()],
])('the edits of all chapters, %s, lead to what stands in production/end/', (_, inOrder) => {
  const typed = new Map<string, string>();
  for (const chapter of inOrder) typeEdits(chapter, Infinity, 'old', typed);
  const ends = readdirSync(join(ROOT, 'production/end')).map((name) => `production/${name}`);
  expect([...typed.keys()].toSorted()).toEqual(ends.toSorted());
  for (const [file, after] of typed) {
    expect(after).toBe(read(file.replace('production/', 'production/end/')));
    // What is committed is the beginning.
    expect(read(file)).not.toBe(after);
  }
});

test('each alert leads to a runbook: one is the learner’s to write', () => {
  const rules = readdirSync(join(ROOT, 'production/rules')).map((name) =>
    read(`production/rules/${name}`),
  );
  const names = rules.flatMap((rule) =>
    [...rule.matchAll(/runbook_url: http:\/\/localhost:8060\/runbooks\/([\w-]+)$/gm)].map(
      ([, name]) => name!,
    ),
  );
  const alerts = rules.flatMap((rule) => [...rule.matchAll(/- alert: /g)]);
  expect(names).toHaveLength(alerts.length);
  const unwritten = names.filter(
    (name) => !existsSync(join(ROOT, `production/runbooks/${name}.md`)),
  );
  expect(new Set(unwritten)).toEqual(new Set(['budget-burns']));
  expect(text).toContain('`production/runbooks/budget-burns.md`');
});

/** amtool on this computer; where it is not, the test is skipped. */
function amtool({
  skip,
}: TestContext): (args: string[], cwd: string) => { status: number | null; stdout: string } {
  const command = findOnPath('amtool', process.env);
  if (!command) skip('There is no amtool on PATH.');
  return (args, cwd) => spawnSync(command!, args, { cwd, encoding: 'utf8' });
}

describe('amtool', () => {
  const asked = timed.flatMap((chapter) =>
    blocksIn(chapter, 'sh').flatMap((block) =>
      block.next?.language === 'text' && block.lines.at(-1)!.startsWith('make amtool')
        ? [{ command: block.lines.at(-1)!, block, chapter }]
        : [],
    ),
  );

  test.each(asked)('prints what the text shows: $command', ({ command, block, chapter }) => {
    expect(command).toMatch(/ARGS="[^"]+"$/);
    expect(block.next!.lines.length).toBeGreaterThan(0);
    expect(typeEdits(chapter, block.line).size).toBeGreaterThan(0);
  });

  test('says of the files what the text says it does', (context) => {
    const run = amtool(context);
    for (const { command, block, chapter } of asked) {
      const folder = mkdtempSync(join(tmpdir(), 'tree-counter-text-'));
      try {
        for (const [file, text] of typeEdits(chapter, block.line)) {
          writeFileSync(join(folder, file.split('/').at(-1)!), text);
        }
        const args = wordsOf(/ARGS="(.+)"/.exec(command)![1]!).map((word) =>
          word.replace('production/', ''),
        );
        const { status, stdout } = run(args, folder);
        expect(status).toBe(0);
        expect(stdout.trimEnd().replace("'alertmanager", "'production/alertmanager")).toBe(
          block.next!.lines.join('\n'),
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const { status } = run(
      ['check-config', 'alertmanager.yaml', 'end/alertmanager.yaml', 'mail-and-chat.yaml'],
      join(ROOT, 'production'),
    );
    expect(status).toBe(0);
  });
});
