import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram, until, type ProgramProcess } from '../../checks/harness/program.ts';
import { STEPS } from '../support/steps.ts';
import { refusal, runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/workspace.ts';
import { QUERIES } from '../../workshop/program/supervise.ts';
import { watch } from '../../workshop/program/watch.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const one = (text: string) => expect(text.trimEnd().split('\n'));

test('an unknown step is answered with the list of steps', async () => {
  for (const message of [
    await refusal(['dev', '99']),
    await refusal(['dev'], { STEP: '05-gaugess' }),
  ]) {
    for (const name of STEPS) expect(message).toContain(name);
    expect(message).toMatch(/npm run dev -- 5$/);
  }
});

test('an unknown option is answered with the options there are', async () => {
  const { code, stderr } = await runCommand(['dev', '--errorrate', '1']);
  expect(code).toBe(2);
  expect(stderr).toContain('--error-rate');
  expect(stderr).toMatch(/npm run dev -- 6\n$/);
});

test('an unknown command is answered with the commands there are', async () => {
  const { code, stderr } = await runCommand(['dve']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/"dve".*dev/);
});

test('a bad setting ends it with the one line of the program', async () => {
  const ways = [() => runCommand(['dev', '6', '--error-rate', '7'])];
  if (process.env.CI) {
    ways.push(() => runCommand(['dev'], { STEP: '6', REGISTRY_ERROR_RATE: '7' }));
  }
  for (const way of ways) {
    const outcome = await way();
    expect(outcome.code).toBe(2);
    one(outcome.stderr).toEqual([expect.stringMatching(/REGISTRY_ERROR_RATE="7" is not allowed/)]);
  }
});

test('a taken port ends it with the one line of the program', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { code, stderr } = await runCommand(['dev', '2', '--port', `${port}`]);
  expect(code).toBe(1);
  one(stderr).toEqual([expect.stringMatching(new RegExp(`^Port ${port} .* taken.*PORT=`))]);
});

test('an old Node is told what to install', async () => {
  const preload = fileURLToPath(new URL('../support/old-node.cjs', import.meta.url));
  const { code, stderr } = await runCommand(['dev'], {}, ['--require', preload]);
  expect(code).toBe(1);
  one(stderr).toEqual([expect.stringMatching(/^Node 18\.20\.8 is too old.*20\.19.*Node 24/)]);
});

test('help names every command', async () => {
  const { code, stdout } = await runCommand([]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/dev .*app\//);
  expect((await runCommand(['help'])).stdout).toBe(stdout);
});

/** A program of a learner's, with a folder of its own, under supervision. */
function supervised(source: (text: string) => string) {
  mkdirSync(new URL('../../.workshop', import.meta.url), { recursive: true });
  const folder = mkdtempSync(fileURLToPath(new URL('../../.workshop/dev-', import.meta.url)));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const save = (text: string) => writeFileSync(`${folder}/server.ts`, text);
  const write = (text: string) => save(source(text));
  return { folder, save, write };
}

function supervise(folder: string, env: Record<string, string> = {}): ProgramProcess {
  const program = startProgram({
    entry: fileURLToPath(new URL('../support/supervise.ts', import.meta.url)),
    env: { SUPERVISED: relative(ROOT, folder).replaceAll('\\', '/'), PORT: '0', ...env },
  });
  onTestFinished(async () => void (await program.stop()));
  return program;
}

const says = (program: ProgramProcess, text: string) =>
  until(() => (program.stdout + program.stderr).includes(text), 15_000);

test('a saved program is restarted, once what is in flight is answered', async () => {
  const { folder, write } = supervised(
    (text) => `
      import { createServer } from 'node:http';
      import { listen, readSettings } from '#forest';
      console.log('version ${text}');
      const server = createServer((_, response) => {
        console.log('asked');
        setTimeout(() => response.end('${text}'), 700);
      });
      await listen(server, readSettings({ PORT: 0 }), 'PORT');
    `,
  );
  write('one');
  const program = supervise(folder);
  expect(await says(program, 'Listening')).toBe(true);
  const url = /http:\S+/.exec(program.stdout)![0];
  const answer = fetch(url).then((response) => response.text());
  expect(await says(program, 'asked')).toBe(true);
  write('two');
  expect(await answer).toBe('one');
  expect(await says(program, 'version two')).toBe(true);
  const { code } = await program.stop();
  // There is no way to ask for it on Windows but Ctrl-C: tests/commands/laptop.test.ts
  if (process.platform !== 'win32') expect(code).toBe(0);
});

test('a query that is saved beside a program restarts nothing', async () => {
  const folder = await temporaryFolder();
  const calls = { all: 0, program: 0 };
  const unwatch = [
    watch([folder], () => calls.all++, 10),
    watch([folder], () => calls.program++, 10, QUERIES),
  ];
  onTestFinished(() => unwatch.forEach((end) => end()));
  writeFileSync(join(folder, 'own.promql'), 'up');
  expect(await until(() => calls.all === 1, 5000)).toBe(true);
  writeFileSync(join(folder, 'server.ts'), '');
  expect(await until(() => calls.all > 1 && calls.program > 0, 5000)).toBe(true);
  expect(calls.program).toBe(1);
});

test('what happens to a program is given as events', async () => {
  const { folder, save } = supervised((text) => text);
  save("console.log('at work'); setInterval(() => {}, 1e6);");
  const program = supervise(folder, { EVENTS: '1' });
  expect(await says(program, 'at work')).toBe(true);
  save("console.error('unwell'); setTimeout(() => { throw new Error('at last'); }, 50);");
  expect(await says(program, '"wait"')).toBe(true);
  expect(await says(program, 'Error: at last')).toBe(true);
  const events = program.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const pid: unknown = expect.any(Number);
  expect(events.filter(({ type }) => type !== 'output')).toEqual([
    { type: 'started', pid, restarts: 0 },
    { type: 'saved' },
    { type: 'ended', code: expect.toSatisfy((code) => !code), next: 'restart' },
    { type: 'started', pid, restarts: 1 },
    { type: 'crashed' },
    { type: 'ended', code: 1, next: 'wait' },
  ]);
  // Each stream comes by a way of its own, in pieces of any size.
  const printed = (name: string) =>
    events.map(({ stream, text }) => (stream === name ? text : '')).join('');
  expect(printed('stdout')).toBe('at work\n');
  expect(printed('stderr')).toMatch(/^unwell\n[^]*Error: at last/);
});

test('a broken program waits for the next save, and a crash does, too', async () => {
  const { folder, save, write } = supervised(
    (text) => `console.log('${text}'); setInterval(() => {}, 1e6);`,
  );
  save("const broken = '");
  const program = supervise(folder);
  expect(await says(program, 'server.ts has ended. Fix it and save')).toBe(true);
  expect(program.stderr).toContain('Unterminated');
  write('fixed');
  expect(await says(program, 'fixed')).toBe(true);
  save("throw new Error('at the start')");
  expect(await says(program, 'at the start')).toBe(true);
  write('fixed again');
  expect(await says(program, 'fixed again')).toBe(true);
  const { signal } = await program.stop();
  if (process.platform !== 'win32') expect(signal).toBe(null);
});

test('the program does not outlive a supervisor that is killed', async () => {
  const { folder, write } = supervised(
    (text) => `console.log('${text} ' + process.pid + ' here'); setInterval(() => {}, 1e6);`,
  );
  write('pid');
  const program = supervise(folder);
  expect(await says(program, ' here')).toBe(true);
  const pid = Number(/pid (\d+) here/.exec(program.stdout)![1]);
  program.signal('SIGKILL');
  const gone = await until(() => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  }, 10_000);
  expect(gone).toBe(true);
});
