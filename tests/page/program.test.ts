import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findLesson } from '../../checks/index.ts';
import { until } from '../../checks/harness/program.ts';
import { FILES, readBook } from '../../workshop/page/book.ts';
import { TOKEN_HEADER } from '../../workshop/page/server.ts';
import type {
  CheckState,
  LoadState,
  OutputState,
  ProgramState,
} from '../../workshop/page/states.ts';
import { lessonNames, ROOT } from '../../workshop/programs.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { runCommand, startCommand } from '../support/cli.ts';
import { startLearn } from '../support/page.ts';
import { needsPosix } from '../support/posix.ts';
import { runs } from '../support/processes.ts';

const TIMEOUT = { timeout: 120_000 };

/** What the page is told. */
interface Told {
  program: ProgramState;
  output: OutputState;
  check: CheckState;
  load: LoadState;
}

/** Starts `make learn` in a copy of the repository with the code of a step, and opens the page. */
async function openLearn(step: number, nodeArgs: string[] = []) {
  const { root, learn, url } = await startLearn(step, nodeArgs);
  const [, token = ''] = /name="token" content="([^"]+)"/.exec(await (await fetch(url)).text())!;
  const headers = { 'Content-Type': 'application/json', [TOKEN_HEADER]: token };
  const post = async (path: string, body: unknown = {}) => {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const said = (await answer.json()) as { readonly message?: string; readonly text?: string };
    return { status: answer.status, ...said };
  };

  const over = new AbortController();
  onTestFinished(() => over.abort());
  const all: { type: keyof Told; data: never }[] = [];
  const last: Partial<Told> = {};
  void (async () => {
    const { body } = await fetch(`${url}/events`, { signal: over.signal });
    let rest = '';
    for await (const text of body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines.filter((one) => one.startsWith('data: '))) {
        const event = JSON.parse(line.slice('data: '.length));
        all.push(event);
        Object.assign(last, { [event.type]: event.data });
      }
    }
  })().catch(() => {});
  /** Waits until the page is told something like this. */
  const told = async <Type extends keyof Told>(
    type: Type,
    holds: (data: Told[Type]) => boolean,
  ): Promise<Told[Type]> => {
    const data = () => last[type] as Told[Type] | undefined;
    if (await until(() => data() !== undefined && holds(data()!), 60_000)) return data()!;
    throw new Error(`The page is not told so, but:\n${JSON.stringify(data())}\n${learn.output}`);
  };
  const server = join(root, 'app/server.ts');
  const right = await readFile(server, 'utf8');
  const save = (text: string) => writeFile(server, text);
  return { root, url, learn, post, told, all, right, save };
}

/** What the metrics' route of a step answers. */
const SHOWN = 'body: await register.metrics()';

/** The process that the page names. */
const pidIn = ({ says }: ProgramState) => Number(/process (\d+)/.exec(says.join())?.[1]);

const plain = (text: string) => stripVTControlCharacters(text);

/** One page for both: to start one takes longer than most of what is tried on it. */
test('a page serves its files, and checks after each save', TIMEOUT, async () => {
  const page = await openLearn(3);
  await servesItsFiles(page);
  await checksAfterEachSave(page);
});

test('a page runs the program', TIMEOUT, async (context) => {
  onlyUnderCI(context);
  await runsTheProgram(await openLearn(3));
});

type Page = Awaited<ReturnType<typeof openLearn>>;

/** It serves what it needs, and nothing else of the folder that it is made of, nor of the repository. */
async function servesItsFiles({ url }: Page): Promise<void> {
  const html = await (await fetch(url)).text();
  expect(html).toContain('Tree Counter: the class</h1>');
  const files = [...html.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map(([, path]) => path!);
  expect(files).toEqual(['/page/style.css', '/page/main.js']);
  for (const path of files) {
    const answer = await fetch(url + path);
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/(css|javascript)/);
    expect((await answer.text()).length).toBeGreaterThan(1000);
  }
  for (const path of ['/page/', '/page/main.ts', '/.workshop/check.json', '/package.json']) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
}

/** The chapter that is open is checked after each save, and the newest save wins. */
async function checksAfterEachSave({ root, post, told, all, right, save }: Page): Promise<void> {
  await post('/check/open', { chapter: 'Prometheus and Grafana' });
  await told('check', ({ outcome }) => outcome === 'none');
  await save(`${right}\n`);
  expect(await post('/check/open', { chapter: 5 })).toMatchObject({ status: 400 });
  await post('/check/open', { chapter: '02 Expose metrics' });
  expect((await told('check', ({ outcome }) => outcome === 'waiting')).says).toMatch(
    /^Save a file/,
  );

  await save(right.replace(SHOWN, "body: ''"));
  const failed = await told('check', ({ outcome }) => outcome === 'failed');
  expect(failed.says).toBe('Not yet');
  expect(plain(failed.hint)).toMatch(/Check again: npm run check -- 2$/);

  // The first would be waited for much longer than the second takes.
  await save(`await new Promise((go) => setTimeout(go, 60_000));\n${right}`);
  await told('check', ({ outcome }) => outcome === 'running');
  const start = performance.now();
  await save(right);
  const passed = await told('check', ({ outcome }) => outcome !== 'running');
  expect(performance.now() - start).toBeLessThan(7000);
  expect(passed).toMatchObject({ outcome: 'passed', says: 'Passes', hint: '' });
  expect(plain(passed.text)).toMatch(/Step 02 Expose metrics passes/);
  const outcomes = all.flatMap(({ type, data }) =>
    type === 'check' ? (data as CheckState).outcome : [],
  );
  expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(1);
  expect(JSON.parse(await readFile(join(root, '.workshop/check.json'), 'utf8'))).toEqual({
    passed: 2,
    step: '2',
  });
  // One that has no check.
  await post('/check/open', { chapter: 'Prometheus and Grafana' });
}

/** It starts make dev once, shows what becomes of it, and ends it. */
async function runsTheProgram({ url, learn, post, told, right, save }: Page): Promise<void> {
  await told('program', ({ answer }) => answer === 'nobody');
  for (const command of ['down', 'dev; ls', '', undefined]) {
    expect(await post('/program/start', { command })).toMatchObject({ status: 400 });
  }
  const noMetrics = await post('/metrics/look');
  expect(noMetrics.text).toMatch(/^No program answers.*npm run dev$/);

  expect(await post('/program/start', { command: 'dev' })).toMatchObject({ status: 200 });
  expect(await post('/program/start', { command: 'native' })).toEqual({
    status: 409,
    message: 'npm run dev was started here: stop it first.',
  });
  const running = await told(
    'program',
    ({ answer, says }) => answer === 'metrics' && /process \d+/.test(says.join()),
  );
  await told('output', ({ text }) => text.includes('Listening on'));

  // What a save and a visit have changed, in the words of make metrics.
  expect((await post('/metrics/look', { name: 'requests' })).text).toMatch(/a second ago/);
  expect(await post('/load/start', { rps: 1000, seconds: 5 })).toMatchObject({
    status: 400,
    message: 'RPS="1000" is not allowed: give a number from 0.1 to 200.',
  });
  expect(await post('/load/start', { rps: 50 })).toMatchObject({ status: 400 });
  // As make load does without SECONDS.
  expect(await post('/load/start', { rps: 50, seconds: '' })).toMatchObject({ status: 200 });
  await told('load', ({ text }) => /^\d+ s, [1-9]\d* requests$/m.test(text));
  await post('/load/stop');
  await told('load', ({ running }) => !running);
  expect(await post('/load/start', { rps: 50, seconds: 600 })).toMatchObject({ status: 200 });
  expect(await post('/load/start', { rps: 5, seconds: 5 })).toMatchObject({ status: 409 });
  await told('load', ({ text }) => /\d+ of 600 s, [1-9]\d* requests$/.test(text));
  await post('/load/stop');
  expect((await told('load', ({ running }) => !running)).text).toMatch(
    /^\d+ requests? in [\d.]+ s:\n {2}200 OK/,
  );
  expect(plain((await post('/metrics/look', { name: 'requests' })).text!)).toMatch(
    /requests_total +\d+ +\+\d+/,
  );

  // It says when it was started, not when the process was that waited to be it.
  const saved = Date.now() / 1000;
  await save(`${right}\n`);
  const startedAt = async () => {
    const { text } = await post('/metrics/look', { name: 'process_start' });
    return Number(/process_start_time_seconds +(\d+)/.exec(plain(text!))?.[1]);
  };
  expect(await until(async () => (await startedAt()) > saved - 1, 10_000)).toBe(true);

  const restarted = await told('program', (now) => pidIn(now) > 0 && pidIn(now) !== pidIn(running));
  expect(runs(pidIn(running))).toBe(false);
  expect(runs(pidIn(restarted))).toBe(true);

  learn.child.kill('SIGINT');
  expect(await learn.ended).toMatchObject({ code: 0, stderr: '' });
  expect(runs(pidIn(restarted))).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
}

test(
  'a program that crashes, and one that hangs, are shown as they are',
  TIMEOUT,
  async (context) => {
    onlyUnderCI(context);
    const { learn, post, told, right, save } = await openLearn(3);
    await post('/program/start', { command: 'dev' });
    await told('program', ({ answer }) => answer === 'metrics');

    // A program that prints a megabyte of what a terminal would obey, and then crashes.
    await save(
      `${right}\nfor (let i = 0; i < 2000; i++) console.log('\\x1b[31m<b>', 'x'.repeat(500));\nthrow new Error('no trees');\n`,
    );
    await told('program', ({ says }) => says.join().includes('the next save starts it'));
    const { text } = await told('output', ({ text }) => text.includes('Fix it and save'));
    expect(text).toMatch(/Error: no trees/);
    expect(text.split('\n').length).toBeLessThanOrEqual(200);
    expect(text.length).toBeLessThanOrEqual(64 * 1024);
    expect(text).not.toContain('\x1b');

    // One that takes connections and never answers.
    await save(
      right.replace(
        "'/metrics', { GET: metrics }",
        "'/metrics', { GET: () => new Promise(() => {}) }",
      ),
    );
    const stuck = await told('program', ({ answer }) => answer === 'late');
    expect(stuck.says[0]).toMatch(/has not answered/);
    expect(runs(pidIn(stuck))).toBe(true);

    learn.child.kill('SIGINT');
    expect(await learn.ended).toMatchObject({ code: 0, stderr: '' });
    expect(runs(pidIn(stuck))).toBe(false);
  },
);

test('the words of a check are those of the commands', TIMEOUT, async (context) => {
  onlyUnderCI(context);
  const { root, post, told, right, save } = await openLearn(2);
  await post('/check/open', { chapter: '02 Expose metrics' });
  await save(right.replace(SHOWN, "body: ''"));
  const failed = await told('check', ({ outcome }) => outcome === 'failed');
  // Which is remembered for them.
  const [check, hint] = [
    runCommand(['check', '2'], {}, [], root),
    runCommand(['hint'], {}, [], root),
  ];
  expect((await hint).stdout).toBe(`${plain(failed.hint)}\n`);
  expect((await check).stdout).toBe(plain(`${failed.results}\n\n${failed.text}\n`));
});

test('each lesson is found by the title of its chapter', async () => {
  const chapters = FILES.flatMap((file) => readBook(ROOT, file).chapters);
  const titles = chapters.map(({ title }) => title);
  const lessons = await Promise.all(lessonNames().map(findLesson));
  expect(titles).toEqual(expect.arrayContaining(lessons.map(({ chapter }) => chapter.heading)));
});

test(
  'a program from a terminal is shown, and none is started beside it',
  TIMEOUT,
  async (context) => {
    onlyUnderCI(context);
    const { root, post, told, right, save } = await openLearn(1);
    const [, port = ''] = /port (\d+)/.exec((await told('program', () => true)).says[0])!;
    const dev = startCommand(['dev'], { PORT: port }, [], root);
    const shown = await told('program', ({ answer }) => answer === 'other');
    expect(shown.says.join(' ')).toMatch(/^Runs on port .*not started on this page/);
    expect(await post('/program/start', { command: 'dev' })).toMatchObject({
      status: 409,
      message: expect.stringMatching(/already, and this page shows that one.*Ctrl-C/),
    });
    expect((await post('/metrics/look')).text).toMatch(/answers 404.*Chapter 2/);
    await save(`${right}\n`);
    await dev.says('Saved: restarting');
    expect((await told('program', ({ answer }) => answer === 'other')).stop).toBeUndefined();
  },
);

test('the page leaves the metrics alone once it knows them', TIMEOUT, async (context) => {
  onlyUnderCI(context);
  const { post, told, right, save } = await openLearn(3);
  await post('/program/start', { command: 'dev' });
  await told('program', ({ answer }) => answer === 'metrics');
  const serve = 'readVisit(request));';
  expect(right).toContain(serve);
  await save(right.replace(serve, `${serve}\n  console.log('asked by', request.method);`));
  const alone = /(asked by OPTIONS\s+){3}$/;
  const { text } = await told('output', ({ text }) => alone.test(text));
  expect(text).toContain('asked by GET');
  expect(await told('program', () => true)).toMatchObject({ answer: 'metrics' });
  // It still sees that the program is stuck.
  await save(`${right}\nsetTimeout(() => { while (true); }, 7000);\n`);
  await told('program', ({ answer }) => answer === 'late');
});

test('what the page has started ends with it, however it ends', TIMEOUT, async (context) => {
  needsPosix(context, 'signals');
  onlyUnderCI(context);
  const { root, learn, post, right, save, told } = await openLearn(1);
  await post('/check/open', { chapter: '01 Bare handler' });
  await post('/program/start', { command: 'dev' });
  await told('program', ({ answer }) => answer === 'other');
  const file = join(root, 'pids');
  const start = `(await import('node:fs')).appendFileSync(${JSON.stringify(file)}, \`\${process.pid} \`);
await new Promise((go) => setTimeout(go, 60_000));\n`;
  await save(start + right);
  const pids = async () =>
    (await readFile(file, 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number);
  // That of make dev, and that of the check.
  expect(await until(async () => (await pids()).length === 2, 20_000)).toBe(true);
  learn.child.kill('SIGKILL');
  expect(await until(async () => !(await pids()).some(runs), 10_000)).toBe(true);
});

/** After so many saves memory is looked at; the page promises it for 500. */
const SAVES = Number(process.env.SAVES ?? 60);

test('memory does not grow with the saves', { timeout: 2_000_000 }, async (context) => {
  if (process.platform !== 'linux') context.skip('Linux alone tells the memory of a process so.');
  onlyUnderCI(context);
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const nodeArgs = scripts.learn.split(' ').filter((arg: string) => arg.startsWith('--'));
  const { learn, post, told, all, right, save } = await openLearn(1, nodeArgs);
  await post('/check/open', { chapter: '01 Bare handler' });
  const resident = async () => {
    const status = await readFile(`/proc/${learn.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  };
  const before = await resident();
  for (let count = 1; count <= SAVES; count++) {
    all.length = 0;
    await save(`${right}${'\n'.repeat(1 + (count % 2))}`);
    await until(() => all.some(({ data }) => (data as CheckState).outcome === 'running'), 10_000);
    expect((await told('check', ({ outcome }) => outcome !== 'running')).outcome).toBe('passed');
  }
  const after = await resident();
  console.log(
    `make learn had ${before.toFixed(0)} MB, and ${after.toFixed(0)} MB after ${SAVES} saves.`,
  );
  expect(after / before).toBeLessThan(1.2);
});
