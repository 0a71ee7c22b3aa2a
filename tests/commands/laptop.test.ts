import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { freePorts } from '../../checks/harness/ports.js';
import { ROOT } from '../../workshop/programs.ts';
import { copyFiles } from '../../workshop/learner/folders.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { STEPS } from '../support/steps.ts';
import { repository } from '../support/workspace.ts';

/*
 * What a learner types, once each, as it must run on every laptop. With STAND_IN it is another
 * system's Node that runs it: a script that knows `clone REPOSITORY` (prints the folder), `run ARGS…`
 * (Node, to its end) and `tty ARGS…` (Node on a terminal of its own, whose keys come from standard input).
 */
const { STAND_IN } = process.env;
const ON_WINDOWS = STAND_IN !== undefined || process.platform === 'win32';

const TIMEOUT = 120_000;

/** Where the commands are typed; with a stand-in it is the same folder for all tests. */
async function laptop(step: number): Promise<string> {
  if (!STAND_IN) return repository(step);
  const root = (cloned ??= clone(STAND_IN));
  copyFiles(join(ROOT, 'steps', STEPS[step - 1]!), join(root, 'app'));
  return root;
}

let cloned: string | undefined;

function clone(standIn: string): string {
  const { stdout, stderr } = spawnSync(standIn, ['clone', ROOT], { encoding: 'utf8' });
  const folder = stdout.trim();
  if (!folder) throw new Error(`There is no clone: ${stderr}`);
  return folder;
}

/** What the commands must not find, or take from the shell of whoever runs the tests. */
const env = {
  ...process.env,
  STEP: '',
  NAME: '',
  WATCH: '',
  MAKELEVEL: '',
  NO_COLOR: '1',
  GRAFANA_HOME: '',
};

function start(root: string, args: string[], how: 'run' | 'tty' = 'run') {
  const [command, ...before] = STAND_IN ? [STAND_IN, how] : [process.execPath];
  const child = spawn(command, [...before, 'workshop/run.js', ...args], {
    cwd: STAND_IN ? ROOT : root,
    env: how === 'tty' || STAND_IN ? env : { ...env, PATH: '', Path: '' },
  });
  const outcome = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      outcome[stream] += text.replaceAll('\r', '');
    });
  }
  const ended = once(child, 'close').then(([code]) => ({
    ...outcome,
    code: code as number | null,
  }));
  return { child, outcome, ended };
}

/** A folder with the end of a step in `app/`, and commands typed there. */
async function sitDown(step = 1) {
  const root = await laptop(step);
  const server = join(root, 'app/server.ts');
  return { root, server, type: (...args: string[]) => start(root, args).ended };
}

describe('on a laptop', { timeout: TIMEOUT }, () => {
  // Elsewhere, other tests have each of these commands, and sooner.
  beforeEach((context) => {
    if (!ON_WINDOWS) onlyUnderCI(context);
  });

  test('help and doctor', async () => {
    const { type } = await sitDown();
    expect((await type('help')).stdout).toMatch(/^ {2}doctor /m);
    const { stdout } = await type('doctor');
    expect(stdout).toMatch(/^(ok {2}|warn) {2}Node \d+/m);
    expect(stdout).toMatch(/GiB of disk are free$/m);
    if (ON_WINDOWS) expect(stdout).toMatch(/^ok {4}Processor amd64, win32$/m);
  });

  test('begin, check, progress, diff, solve, take, restore', async () => {
    const { type, server } = await sitDown();
    expect((await type('begin', '5')).stdout).toMatch(/app\/ now holds .*04-labels/);
    const right = await type('check', '4');
    expect(right).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Step 04 .* passes/m) });
    expect((await type('progress')).stdout).toMatch(/^4 of \d+\. Next: .*5$/m);
    expect((await type('diff', '5')).stdout).toMatch(/^\+.*trees_standing/m);

    writeFileSync(server, readFileSync(server, 'utf8').replaceAll(/\r?\n/g, '\r\n'));
    expect((await type('solve', '9')).stdout).toMatch(/saved as copy 1.*restore -- 1$/m);
    expect((await type('take', '9')).stdout).toContain('There already: app/enum.ts');
    expect((await type('restore', '1')).code).toBe(0);
    expect(readFileSync(server, 'utf8')).toContain('\r\n');
    expect((await type('solve', '4')).code).toBe(0);
  });

  test('check of a program that breaks names the place, once', async () => {
    const { type, server } = await sitDown(4);
    const text = readFileSync(server, 'utf8');
    writeFileSync(server, `${text}function axe() {\n  throw new Error('it broke');\n}\naxe();\n`);
    const { code, stdout } = await type('check', '4');
    writeFileSync(server, text);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ +Error: it broke\n +at axe \(.*app[\\/]server\.ts:\d+:\d+\)$/m);
    expect(stdout.split('Error: it broke')).toHaveLength(2);
    expect(stdout).not.toMatch(/at .*node_modules/);
  });

  test('up and native without their programs', async () => {
    const { type } = await sitDown();
    expect(await type('up')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Docker is not installed'),
    });
    expect(await type('native')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^To run without Docker, .* npm run prefetch/),
    });
  });

  test('load, and dev with a save and a Ctrl-C while requests are in flight', async () => {
    const { root, server, type } = await sitDown(5);
    const [port = 0] = await freePorts(1);
    const settings = [
      '--port',
      `${port}`,
      '--delay-ms',
      '1500',
      '--error-rate',
      '0',
      '--seed',
      '5',
    ];
    const dev = start(root, ['dev', ...settings], 'tty');
    const says = (text: string, times = 1) =>
      until(() => dev.outcome.stdout.split(text).length > times, 30_000);
    onTestFinished(() => void dev.child.kill('SIGKILL'));
    expect(await says('Listening on')).toBe(true);
    const url = `http://127.0.0.1:${port}`;
    const ask = () =>
      Array.from({ length: 4 }, () =>
        fetch(`${url}/treecounter`).then(({ status }) => status, String),
      );
    const inFlight = () =>
      until(
        async () => (await (await fetch(`${url}/metrics`)).text()).includes('in_progress 4'),
        9000,
      );

    const text = readFileSync(server, 'utf8');
    onTestFinished(() => writeFileSync(server, text));
    let asked = ask();
    expect(await inFlight()).toBe(true);
    writeFileSync(
      server,
      `import { onStop } from '#forest';\n${text}onStop(() => console.log('On its way out'));\n`,
    );
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 200]);
    expect(await says('Saved: restarting app/server.ts')).toBe(true);
    expect(await says('Listening on', 2)).toBe(true);

    const load = await type('load', '--seconds', '2', '--port', `${port}`);
    expect(load).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ requests? in /m) });

    asked = ask();
    expect(await inFlight()).toBe(true);
    // Nothing but a terminal can send Ctrl-C on Windows.
    if (STAND_IN) dev.child.stdin.write('\x03');
    else if (!ON_WINDOWS) dev.child.kill('SIGINT');
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 200]);
    if (ON_WINDOWS && !STAND_IN) return;
    expect((await dev.ended).code).toBe(0);
    expect(dev.outcome.stdout).toContain('On its way out');
  });
});
