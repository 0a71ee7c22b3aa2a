import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { steps } from '../../checks/index.ts';
import { until } from '../../checks/harness/program.ts';
import { describeReport } from '../../workshop/terminal/report.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { refusal, runCommand, startCommand } from '../support/cli.ts';
import { runs } from '../support/processes.ts';
import { repository } from '../support/workspace.ts';
import { needsPosix } from '../support/posix.ts';
import { readDocument } from '../text/document.ts';

const TIMEOUT = { timeout: 240_000 };

/** A copy of the repository, with the code of a step in app/, edited. */
async function withApp(step: number, edit: (server: string) => string = (text) => text) {
  const root = await repository(step);
  const server = join(root, 'app/server.ts');
  await writeFile(server, edit(await readFile(server, 'utf8')));
  const type = (...args: string[]) => runCommand(args, {}, [], root);
  return { root, server, type };
}

describe('make check', () => {
  it('passes, says what was learned, and names the next step', TIMEOUT, async () => {
    const { root } = await withApp(
      2,
      (text) => `${text}(await import('node:fs')).appendFileSync('app/starts', 'once ');\n`,
    );
    const asked = { STEP: '02', MAKELEVEL: '1' };
    const { code, stdout, stderr } = await runCommand(['check'], asked, [], root);
    expect(stderr).toBe('');
    expect(stdout).toContain('ok    01 Bare handler: still in order');
    expect(stdout).toMatch(/Step 02 Expose metrics passes \([\d.]+ s\)\. .*\.\n/);
    expect(stdout).toContain('Next: 03 Counters in WORKSHOP.md');
    expect(stdout).toContain('make diff STEP=3');
    expect(stdout).not.toContain('\x1b');
    expect(code).toBe(0);
    // The program that was started early is the one that was checked.
    expect(await readFile(join(root, 'app/starts'), 'utf8')).toBe('once ');
  });

  it.each(steps)('names the chapter that follows $chapter.heading in the text', ({ chapter }) => {
    const { headings } = readDocument('WORKSHOP.md');
    const chapters = headings.filter(({ level }) => level === 2).map(({ title }) => title);
    const next = steps[steps.findIndex((lesson) => lesson.chapter === chapter) + 1]?.chapter;
    const report = { chapter, next, passed: true, results: [], failure: undefined };
    const lines = describeReport({ ...report, learned: '', ms: 0 }, [], (_, text) => text);
    const [, named] = /^Next: (.+?) in WORKSHOP\.md/m.exec(lines)!;
    expect(named).toBe(chapters[chapters.indexOf(chapter.heading) + 1]);
    if (next) expect(lines).toContain(`${next.heading}`);
  });

  it('stops at the first failure, and hint says more', TIMEOUT, async () => {
    const { type } = await withApp(4, (text) =>
      text.replace('status: answer.status', 'status: 200'),
    );
    if (process.env.CI) expect((await type('hint')).code).toBe(1);
    const { code, stdout } = await type('check', '4');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /ok {4}GET \/ is counted with method, endpoint and status\n {2}FAIL {2}each answer/,
    );
    expect(stdout).toContain('a registry failure is counted as 503 (not reached)');
    expect(stdout).toContain('done        sent POST /plant?species=beech');
    expect(stdout).toMatch(/expected {4}requests_total\{.*status="201"\} rises by 1/);
    expect(stdout).toMatch(/came back {3}requests_total\{.*status="200"\} rises by 1/);
    expect(stdout).toContain('hint        Take status from the answer');
    expect(stdout).toContain('Fix it and type: npm run check -- 4');
    expect(stdout).toContain('WORKSHOP.md#04-labels');
    expect(stdout).not.toContain('nodejs_');

    const hint = await type('hint');
    expect(hint.code).toBe(0);
    expect(hint.stdout.replaceAll('\n', ' ')).toContain(
      'The label is written before the answer is known',
    );
    if (!process.env.CI) return;
    expect((await type('hint', '4')).stdout).toBe(hint.stdout);
    expect((await type('hint', '6')).code).toBe(1);
  });

  it('reports also where it cannot remember', TIMEOUT, async () => {
    const { root, type } = await withApp(2);
    // As good as a file that another program holds.
    await mkdir(join(root, '.workshop/check.json'), { recursive: true });
    const { code, stdout, stderr } = await type('check', '2');
    expect(stdout).toContain('Step 02 Expose metrics passes');
    expect(stdout).toContain('npm run diff -- 3');
    expect(stderr).toMatch(/^\nThis could not be remembered.*check\.json.*npm run check -- 2\n$/);
    expect(code).toBe(0);
  });

  it('goes on from step to step by itself, but only by being asked', TIMEOUT, async () => {
    const { type } = await withApp(3);
    const first = await type('check');
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('Step 03 Counters passes');
    const second = await type('check');
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/^Step 04 Labels\n/);
    if (!process.env.CI) return;
    await type('solve', '4');
    expect((await type('check')).stdout).toContain('Step 04 Labels passes');
  });

  it(
    'shows the error of a program that crashes, and what the type checker says',
    TIMEOUT,
    async () => {
      const { type } = await withApp(2, (text) =>
        text.replace(
          'const registry =',
          "const count: number = 'three';\nthrow new Error(`no ${count} trees`);\nconst registry =",
        ),
      );
      const { code, stdout, stderr } = await type('check', '2');
      expect(code).toBe(1);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/Error: no three trees\n.*app\/server\.ts:\d+:\d+/);
      expect(stdout).toMatch(
        /The type checker says:\n {4}app\/server\.ts\(\d+,\d+\): error TS2322/,
      );
    },
  );

  it('takes a program that is not there for what it is', TIMEOUT, async (context) => {
    // The hint is tried in tests/checks/mutations.test.ts.
    onlyUnderCI(context);
    const { type, root } = await withApp(2);
    await rm(join(root, 'app'), { recursive: true });
    const { code, stdout } = await type('check', '2');
    expect(code).toBe(1);
    expect(stdout).toContain('there is no app/server.ts');
  });

  it('refuses a step that there is not, and options that it does not know', TIMEOUT, async () => {
    expect(await refusal(['check', '99'])).toContain('npm run check -- ');
    expect(await refusal(['check', '--fast'])).toContain('no --fast in check');
    expect(await refusal(['hint', 'zero'])).toContain('zero');
    expect(await refusal(['progress', '7'])).toContain('"7" is too much');
  });

  it('checks again after a save', TIMEOUT, async (context) => {
    needsPosix(context, 'signals');
    const { root, server } = await withApp(2);
    const running = startCommand(['check', '2', '--watch'], {}, [], root);
    const seen = (text: string) => until(() => running.stdout.includes(text), 60_000);
    expect(await seen('Waiting for you to save')).toBe(true);
    expect(running.stdout).toContain('passes');
    await appendFile(server, '\n}\n');
    expect(await seen('The code cannot be read')).toBe(true);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  it.each([
    ['killed', "process.kill(process.ppid, 'SIGKILL');", null],
    ['told to stop', 'process.kill(process.ppid);', 143],
  ])('says so if it is %s by the program', TIMEOUT, async (_, kill, code) => {
    if (process.platform === 'win32') return;
    const { type, root } = await withApp(1, (text) =>
      text.replace(
        'await listen(',
        `(await import('node:fs')).writeFileSync('app/pid', \`\${process.pid}\`);\n${kill}\nawait listen(`,
      ),
    );
    const result = await type('check', '1');
    expect(result.stderr).toMatch(/^The check was ended by a signal.*process\.ppid.*\n$/);
    expect(result.code).toBe(code);
    const pid = Number(await readFile(join(root, 'app/pid'), 'utf8'));
    expect(await until(() => !runs(pid), 5000)).toBe(true);
  });

  it('has progress beside it, which lists the steps that pass', TIMEOUT, async () => {
    const { type } = await withApp(4);
    const { code, stdout } = await type('progress');
    expect(code).toBe(0);
    expect(stdout).toContain('  ok  04 Labels\n  -   05 Gauges\n');
    expect(stdout).toContain(`4 of ${steps.length}. Next: npm run check -- 5`);
  });

  it('colours what it prints only if it is told to', () => {
    const report = {
      chapter: steps[0]!.chapter,
      next: undefined,
      passed: true,
      results: [],
      failure: undefined,
      learned: 'All.',
      ms: 9,
    };
    expect(describeReport(report, [], (_, text) => text)).not.toContain('\x1b');
    expect(describeReport(report, [], (_, text) => `\x1b[1m${text}\x1b[0m`)).toContain(
      '\x1b[1mStep',
    );
  });
});
