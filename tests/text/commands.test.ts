import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgram, until, untilListening } from '../../checks/program.ts';
import { blocksIn, readDocument, ROOT, type Block } from './document.ts';
import { folderOf, readFiles, typeChapter, type Files } from './typing.ts';

const workshop = readDocument('WORKSHOP.md');
const documents = ['README.md', 'WORKSHOP.md', 'INSTRUCTOR.md', 'CONTRIBUTING.md'];
const blocks = workshop.chapters.flatMap((chapter) => blocksIn(chapter, 'sh'));
const typed = blocks.flatMap(({ lines }) => lines);
const shown = blocks.filter(({ next }) => next?.language === 'text');

const targets = /^\.PHONY: (.+)$/m
  .exec(readFileSync(join(ROOT, 'Makefile'), 'utf8'))![1]!
  .split(' ');

/** All `make …` of a text, in blocks and in sentences. */
function makesIn(text: string): string[] {
  return [...text.matchAll(/(?:`|^)make ([\w-]+)/gm)].map(([, target]) => target!);
}

test.each(documents)('%s names only targets that there are', (path) => {
  for (const target of makesIn(readDocument(path).text)) expect(targets).toContain(target);
});

test('every target is named in WORKSHOP.md', () => {
  const named = new Set(makesIn(workshop.text));
  for (const target of targets) expect([...named]).toContain(target);
});

test('every command is one line that runs in PowerShell too, or has a twin that does', () => {
  const twins = workshop.chapters.find(({ title }) => title === 'Before class')!.text;
  const variables = new Set([...twins.matchAll(/\| `make \w+ (\w+)=/g)].map(([, name]) => name));
  for (const command of typed) {
    expect(command).toMatch(/^(make [\w-]+( [A-Z_]+=[\w.]+)*|npm install [\w-]+|node [\w ./-]+)$/);
    for (const [, name] of command.matchAll(/ ([A-Z_]+)=/g)) {
      if (name !== 'STEP') expect(variables, command).toContain(name);
    }
  }
});

/** Commands that do not run here, and why. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^make up\b/, 'needs Docker: e2e/containers.test.ts'],
  [/^make reload$/, 'needs Prometheus: e2e/scrape-jobs.test.ts'],
  [/^make (doctor|prefetch)$/, 'looks at the laptop, downloads images'],
  [/^make dev [A-Z_]+=[\d.]+$/, 'the settings are those of every test that starts a program'],
  [/^make metrics NAME=\w+$/, 'metrics.test.ts finds each name; one runs here'],
  [/^make check STEP=\d+$/, 'tests/checks runs the checks of every step; one runs here'],
  [/^make load SECONDS=\d+$/, 'takes ten minutes'],
  [/^make progress$/, 'runs the checks of all steps'],
  [/^node --import tsx app\/worker\.ts$/, 'mistakes.test.ts runs the worker'],
  [/^npm install prom-client$/, 'e2e/text.test.ts installs it'],
];

test('every command runs here, or is on the list of those that do not', () => {
  const here = new Set(shown.flatMap(({ lines }) => lines));
  for (const command of typed) {
    const listed = ELSEWHERE.some(([pattern]) => pattern.test(command));
    expect(here.has(command) || listed, command).toBe(true);
  }
  for (const [pattern] of ELSEWHERE) {
    expect(
      typed.some((command) => pattern.test(command)),
      `${pattern}`,
    ).toBe(true);
  }
});

/** What the text asks the learner to do before a command, where its output depends on it. */
const VISITS: Record<string, readonly string[]> = {
  'make metrics NAME=trees_standing': [
    '/plant?species=oak',
    '/plant?species=oak',
    '/fell?species=oak',
  ],
};

describe('commands print what the text shows', () => {
  test.concurrent.each(shown.map((block) => ({ command: block.lines.at(-1)!, block })))(
    '$command',
    async ({ command, block }) => {
      const folder = copyOfRepository(filesBefore(block));
      const env: Record<string, string> = { PORT: '0' };
      const visited =
        VISITS[command] && startProgram({ entry: join(folder, 'app/server.ts'), env });
      try {
        if (visited) {
          const [url = ''] = await untilListening(visited);
          env.PORT = new URL(url).port;
          for (const path of VISITS[command]!) await fetch(url + path, { method: 'POST' });
        }
        const lines = block.next!.lines;
        const output = await outputOf(command, folder, env, lines.at(-1)!);
        expect(output.trimEnd().split('\n')).toEqual(
          lines.map((line) => expect.stringMatching(pattern(line))),
        );
      } finally {
        await visited?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    90_000,
  );
});

/** What stands in `app/` once the text has been followed up to a block. */
function filesBefore(block: Block): Files {
  const files = readFiles(folderOf('01'));
  for (const chapter of workshop.chapters) {
    const end = chapter.blocks.indexOf(block);
    typeChapter(end < 0 ? chapter : { ...chapter, blocks: chapter.blocks.slice(0, end) }, files);
    if (end >= 0) break;
  }
  return files;
}

function copyOfRepository(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'tree-counter-text-'));
  const left = new Set(['node_modules', '.git', '.workshop']);
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !left.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(ROOT, folderOf('01')), join(folder, 'app'), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, 'app', name), text);
  return folder;
}

/** Runs a command until it ends or has printed its last line, and gives what it has printed. */
async function outputOf(
  command: string,
  cwd: string,
  env: Record<string, string>,
  last: string,
): Promise<string> {
  const [program = '', ...args] = command.split(' ');
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  let ended = false;
  child.once('close', () => (ended = true));
  const isLast = new RegExp(pattern(last).source.replace('^', '(^|\n)').replace(/\$$/, '\n'));
  await until(() => ended || isLast.test(output), 60_000);
  if (!ended) {
    // The whole group: make and npm do not hand the signal on.
    process.kill(-child.pid!, 'SIGTERM');
    await until(() => ended, 10_000);
  }
  return output;
}

/** A line of output, where numbers match any number and `…` any text. */
function pattern(line: string): RegExp {
  const escaped = line.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\d+/g, '\\d+').replaceAll('…', '.*')}$`);
}
