import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgram, until, untilListening } from '../../checks/harness/program.ts';
import { freePorts } from '../../checks/harness/ports.js';
import { onlyUnderCI } from '../support/ci.ts';
import { needsPosix } from '../support/posix.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { startTyped, type RunningCommand } from '../support/cli.ts';
import { STEPS } from '../support/steps.ts';
import { fillSandbox } from '../support/workspace.ts';
import { blocksIn, readDocument, ROOT, type Block } from './document.ts';
import { folderOf, readCaption, readFiles, typeChapter, type Files } from './typing.ts';

const workshop = readDocument('WORKSHOP.md');
const production = readDocument('PRODUCTION.md');
const documents = [
  'README.md',
  'WORKSHOP.md',
  'PRODUCTION.md',
  'INSTRUCTOR.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? `docs/${name}` : [],
  ),
];
const blocks = workshop.chapters.flatMap((chapter) => blocksIn(chapter, 'sh'));
/** Where what they need is: e2e/production.test.ts runs what these say. */
const typedThere = production.chapters.flatMap((chapter) =>
  blocksIn(chapter, 'sh').flatMap(({ lines }) => lines),
);
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

test('every target is named in WORKSHOP.md or PRODUCTION.md', () => {
  const named = new Set([...makesIn(workshop.text), ...makesIn(production.text)]);
  for (const target of targets) expect([...named]).toContain(target);
});

test('every command is one line that runs in PowerShell too, or has a twin that does', () => {
  const titles = ['Before class', 'Before the half-day'];
  const twins = [...workshop.chapters, ...production.chapters]
    .filter(({ title }) => titles.includes(title))
    .map(({ text }) => text)
    .join('\n');
  const variables = new Set([...twins.matchAll(/\| `make \w+ (\w+)=/g)].map(([, name]) => name));
  for (const command of [...typed, ...typedThere]) {
    expect(command).toMatch(
      /^(make [\w-]+( [A-Z_]+=(?:[\w./+-]+|"[\w =./-]+"))*|npm install [\w-]+|node [\w ./-]+)$/,
    );
    for (const [, name] of command.matchAll(/ ([A-Z_]+)=/g)) {
      if (name !== 'STEP') expect(variables, command).toContain(name);
    }
  }
});

/** Commands that do not run here, and why. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^make up\b/, 'needs Docker: e2e/containers.test.ts'],
  [/^make reload$/, 'needs Prometheus: e2e/native.test.ts'],
  [/^make rules$/, 'needs promtool: tests/text/rules.test.ts'],
  [/^make check STEP=own$/, 'needs promtool: tests/commands/lessons.test.ts'],
  [/^make incident$/, 'needs a stack: e2e/incident.test.ts'],
  [/^make prefetch$/, 'downloads the images'],
  [/^npm install prom-client$/, 'e2e/text.test.ts installs it'],
];

/** How the others run where the text shows no output: what they print, and whether that is all. */
const UNSHOWN: readonly (readonly [pattern: RegExp, says: RegExp, ends: boolean])[] = [
  [/^make dev [A-Z_]+=[\d.]+$/, /^Listening on /m, false],
  [/^make check STEP=\d+$/, /^Step \d\d .* passes/m, true],
  // The mistake of chapter 07 is no text that can be read: it is shown as it came.
  [/^make metrics NAME=\w+$/, /^\w+ \((counter|gauge|histogram|summary)|le="Infinity"/m, true],
  [/^make metrics NAME=\w+ WATCH=1$/, /^\w+ \(gauge/m, false],
  [/^make ask N=\w+$/, /^Write your query below this question/m, true],
  [/^make learn$/, /^The class is on http.* Ctrl-C ends it\.$/m, false],
  [/^make load$/, /^Sending .* Ctrl-C ends it\.$/m, false],
  [/^make begin STEP=own$/, /^app\/ now holds .* exercises\/own\/begin/m, true],
  [/^make restore$/, /^No copy of app\/ is saved yet/m, true],
  [/^make progress$/, new RegExp(`^(\\d+ of|All) ${STEPS.length}\\b`, 'm'), true],
  [/^make doctor$/, /^(ok|warn) .*disk/m, true],
  [/^node --import tsx app\/worker\.ts$/, /^Listening on .*\/metrics$/m, false],
];

test('every command runs here, or is on the list of those that do not', () => {
  const here = new Set(shown.flatMap(({ lines }) => lines));
  for (const command of typed) {
    const listed = [...UNSHOWN, ...ELSEWHERE].some(([pattern]) => pattern.test(command));
    expect(here.has(command) || listed, command).toBe(true);
  }
  for (const [pattern] of [...UNSHOWN, ...ELSEWHERE]) {
    expect(
      typed.some((command) => pattern.test(command)),
      `${pattern}`,
    ).toBe(true);
  }
});

/** What the text asks the learner to do before a command, where its output depends on it. */
const VISITS: Record<string, readonly string[]> = {
  'make metrics NAME=trees_standing': [
    'POST /plant?species=oak',
    'POST /plant?species=oak',
    'POST /fell?species=oak',
  ],
  'make metrics NAME=request_duration ENDPOINT=/treecounter':
    Array<string>(5).fill('GET /treecounter'),
};

/** What stands in `mine/queries.promql` before a command. */
const WRITTEN: Record<string, string> = {
  'make ask N=P1 WATCH=1': '# P1\nup{instance=~"8001"}\n',
};

describe('commands print what the text shows', () => {
  test.concurrent.for(shown.map((block) => ({ command: block.lines.at(-1)!, block })))(
    '$command',
    { timeout: 90_000 },
    async ({ command, block }, context) => {
      needsPosix(context, 'make');
      if (command.startsWith('make ask')) promtoolOrSkip(context);
      const folder = copyOfRepository(filesBefore(block));
      const env: Record<string, string> = { PORT: '0' };
      const written = WRITTEN[command];
      if (written) {
        mkdirSync(join(folder, 'mine'));
        writeFileSync(join(folder, 'mine/queries.promql'), written);
        // No Prometheus answers there.
        env.PORT_9090 = `${(await freePorts(1))[0]}`;
      }
      const visited =
        VISITS[command] &&
        startProgram({
          entry: join(folder, 'app/server.ts'),
          // With it, the five questions for the trees are spread over 0.05 to 0.9 s.
          env: { ...env, SEED: '1' },
        });
      try {
        if (visited) {
          const [url = ''] = await untilListening(visited);
          env.PORT = new URL(url).port;
          for (const visit of VISITS[command]!) {
            const [method, path = ''] = visit.split(' ');
            await fetch(url + path, { method });
          }
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
  );
});

const unshown = blocks
  .filter((block) => !shown.includes(block))
  .flatMap((block) => block.lines.map((command) => ({ command, block })))
  .filter(({ command }) => UNSHOWN.some(([pattern]) => pattern.test(command)));

describe('commands without a sample of their output run where they stand', () => {
  test.concurrent.for(unshown.map((one) => ({ ...one, line: one.block.line })))(
    '$command, line $line',
    { timeout: 90_000 },
    async ({ command, block }, context) => {
      needsPosix(context, 'make');
      onlyUnderCI(context);
      if (command.startsWith('make ask')) promtoolOrSkip(context);
      const [, says, ends] = UNSHOWN.find(([pattern]) => pattern.test(command))!;
      const folder = copyOfRepository(filesBefore(block));
      const [port, metricsPort, other] = await freePorts(3);
      const env: Record<string, string> = {
        PORT: `${port}`,
        METRICS_PORT: `${metricsPort}`,
        PORT_8070: '0',
      };
      const asked = /^make (metrics|load)/.test(command);
      const program = asked
        ? startProgram({ entry: join(folder, 'app/server.ts'), env })
        : undefined;
      try {
        if (program) await untilListening(program);
        const typed = command.replace('8002', `${other}`);
        if (command.endsWith('worker.ts')) writeWorker(folder, other!);
        const running = start(typed, folder, env);
        await running.says(says);
        // What the doctor finds is this computer's own.
        const code = running.output.includes('Infinity') ? 2 : 0;
        if (ends && command !== 'make doctor') expect((await running.ended).code).toBe(code);
        await stop(running);
      } finally {
        await program?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
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
  fillSandbox(folder);
  rmSync(join(folder, 'app'), { recursive: true });
  cpSync(join(ROOT, folderOf('01')), join(folder, 'app'), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, 'app', name), text);
  return folder;
}

/** Puts the file into `app/` that the text throws away again, with a free port in place of its own. */
function writeWorker(folder: string, port: number): void {
  const ts = workshop.chapters.flatMap((chapter) => blocksIn(chapter, 'ts'));
  const worker = ts.find((block) => readCaption(block).use === 'throw away')!;
  const text = worker.lines.join('\n').replace(/METRICS_PORT: \d+/, `METRICS_PORT: ${port}`);
  writeFileSync(join(folder, 'app/worker.ts'), text);
}

/** Starts a command as the text has it. */
const start = (command: string, folder: string, env: Record<string, string>) =>
  startTyped(command.split(' ') as [string, ...string[]], folder, env);

async function stop(running: RunningCommand): Promise<void> {
  if (running.code === undefined) running.signal('SIGTERM');
  await running.ended;
}

/** Runs a command until it ends or has printed its last line, and gives what it has printed. */
async function outputOf(
  command: string,
  cwd: string,
  env: Record<string, string>,
  last: string,
): Promise<string> {
  const running = start(command, cwd, env);
  const isLast = new RegExp(pattern(last).source.replace('^', '(^|\n)').replace(/\$$/, '\n'));
  await until(() => running.code !== undefined || isLast.test(running.stdout), 60_000);
  await stop(running);
  return running.stdout;
}

/** A line of output, where numbers match any number, bars any bar, and `…` any text. */
function pattern(line: string): RegExp {
  const escaped = line
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replace(/\d+/g, '\\d+')
    // Columns are as wide as what stands in them.
    .replace(/ {2,}#+$/, '')
    .replace(/ {2,}/g, ' +')
    .replaceAll('…', '.*');
  return new RegExp(`^${escaped}( +#+)?$`);
}
