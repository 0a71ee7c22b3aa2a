import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { checkStep } from '../../checks/run.ts';
import { needsPosix } from '../support/posix.ts';
import { runs } from '../support/processes.ts';
import { PATIENT, ROOT, withCompiledMutation, withMutation, type Edit } from './copies.ts';

const TIMEOUT = { timeout: 120_000 };
const LISTEN = "await listen(server, settings, 'PORT');";
const beforeListen = (code: string): Edit => ['server.ts', LISTEN, `${code}\n${LISTEN}`];

/** Checks step 1 with an edit; the program may leave process numbers in a file named pids. */
async function checkWith(edit: Edit, patience = PATIENT, copyStep = withCompiledMutation) {
  return copyStep(1, { edits: [edit] }, async (copy) => {
    const report = await checkStep(1, { ...copy, ...patience });
    const file = join(ROOT, copy.entry, '../pids');
    const pids = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    return { report, pids };
  });
}

const writePid = (pid: string) =>
  `(await import('node:fs')).appendFileSync(new URL('pids', import.meta.url), \`\${${pid}}\\n\`);`;

describe.concurrent('a hostile program', () => {
  it('may listen late', TIMEOUT, async () => {
    const wait = 'await new Promise((resolve) => setTimeout(resolve, 1500));';
    expect((await checkWith(beforeListen(wait))).report.failure).toBeUndefined();
  });

  it('may print megabytes', TIMEOUT, async () => {
    const print = "for (let i = 0; i < 3000; i++) console.log('x'.repeat(1024));";
    expect((await checkWith(beforeListen(print))).report.failure).toBeUndefined();
  });

  it('is ended though it ignores SIGTERM', TIMEOUT, async () => {
    const ignore = `process.on('SIGTERM', () => {});\nsetInterval(() => {}, 1000);\n${writePid('process.pid')}`;
    const { report, pids } = await checkWith(beforeListen(ignore));
    expect(report.failure).toBeUndefined();
    expect(pids).toHaveLength(1);
    expect(pids.filter(runs)).toEqual([]);
  });

  it('is ended with the child that it leaves', TIMEOUT, async (context) => {
    needsPosix(context, 'groups');
    const leave = `const child = (await import('node:child_process')).spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);\n${writePid('child.pid')}`;
    const { report, pids } = await checkWith(beforeListen(leave));
    expect(report.failure).toBeUndefined();
    expect(pids).toHaveLength(1);
    expect(await until(() => !pids.some(runs), 5000)).toBe(true);
  });

  const STAYS = "['-e', 'setInterval(() => {}, 1000)']";
  const detach = (env: string) =>
    `const child = (await import('node:child_process')).spawn(process.execPath, ${STAYS}, { detached: true, stdio: 'ignore', env: ${env} });\n${writePid('child.pid')}`;

  it.each([
    ['in a group of its own', detach('process.env')],
    ['in a group of its own, without its environment', detach('{}')],
  ])('is ended with the child that it leaves %s', TIMEOUT, async (_, leave) => {
    const { report, pids } = await checkWith(beforeListen(leave));
    expect(report.failure).toBeUndefined();
    expect(pids).toHaveLength(1);
    expect(await until(() => !pids.some(runs), 5000)).toBe(true);
  });

  it('that starts itself again and ends is ended for good', TIMEOUT, async (context) => {
    needsPosix(context, 'groups');
    const again = `${writePid('process.pid')}\n(await import('node:child_process')).spawn(process.execPath, [...process.execArgv, process.argv[1]!], { detached: true, stdio: 'ignore' }).unref();\nprocess.exit(0);`;
    const { report, pids } = await checkWith(beforeListen(again));
    expect(report.failure?.hintId).toBe('exited');
    expect(pids.length).toBeGreaterThan(0);
    expect(await until(() => !pids.some(runs), 5000)).toBe(true);
  });

  it('may print a URL before it listens', TIMEOUT, async () => {
    const wait =
      "console.log('Grafana: http://localhost:3000');\nawait new Promise((resolve) => setTimeout(resolve, 500));";
    expect((await checkWith(beforeListen(wait))).report.failure).toBeUndefined();
  });

  it('prints nothing that a terminal obeys', TIMEOUT, async () => {
    const colour = "throw new Error('\\x1b[31mred\\x1b[0m \\x07bell');";
    const { report } = await checkWith(beforeListen(colour));
    expect(report.failure?.hintId).toBe('crashed');
    const { finding, stderr } = report.failure!;
    expect(finding.got).toContain('Error: red bell');
    expect(`${finding.got}${stderr}`).not.toMatch(/(?![\n\t])\p{Cc}/u);
  });

  it('may hold words of an error in its log', TIMEOUT, async () => {
    const log =
      "console.error('Note: A metric with the name x has already been registered, or TypeError: no');";
    const { report } = await checkWith([
      'server.ts',
      'if (!registry.fell(species)) return failure(409, `No ${species} stands.`);',
      `${log}\n  registry.fell(species);`,
    ]);
    expect(report.failure?.hintId).toBe('none-stands');
  });

  it('that loops is ended, and within its time', TIMEOUT, async () => {
    const loop = `${writePid('process.pid')}\nwhile (settings.PORT > 0);`;
    const { report, pids } = await checkWith(beforeListen(loop), { startMs: 1500, answerMs: 1000 });
    expect(report.failure?.hintId).toBe('silent');
    expect(pids.filter(runs)).toEqual([]);
    expect(report.ms).toBeLessThan(30_000);
  });

  it('whose answer never ends is not waited for', TIMEOUT, async () => {
    const endless: Edit = [
      'server.ts',
      '  response.end(body);',
      '  setInterval(() => response.write(body), 5);',
    ];
    const { report } = await checkWith(endless, { ...PATIENT, answerMs: 2000 });
    expect(report.failure?.hintId).toBe('no-answer');
  });

  it('that dies between two requests is quoted, with its line', TIMEOUT, async () => {
    const die: Edit = [
      'server.ts',
      '  if (!registry.fell(species)) return',
      "  setTimeout(() => { throw new Error('the axe broke'); });\n  if (!registry.fell(species)) return",
    ];
    const { report } = await checkWith(die, PATIENT, withMutation);
    expect(report.failure?.hintId).toBe('crashed');
    expect(report.failure?.finding.got).toMatch(/the axe broke[^]*server\.ts:\d+/);
  });
});
