import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { typeErrors } from '../../checks/harness/compile.ts';
import { freePorts } from '../../checks/harness/ports.js';
import { askForDiagnosis } from '../../workshop/commands/incident.ts';
import { faultyFiles, writeFaulty } from '../../workshop/incidents/copy.ts';
import { compare } from '../../workshop/incidents/evidence.ts';
import { FLEET_INCIDENTS } from '../../workshop/incidents/fleet.ts';
import { HEALTHY, INCIDENTS, LISTS, WHAT, type Case } from '../../workshop/incidents/list.ts';
import { judgeDiagnosis, judgeMinute } from '../../workshop/incidents/verdict.ts';
import { ROOT } from '../../workshop/programs.ts';
import { refusal, runCommand } from '../support/cli.ts';
import { repository } from '../support/workspace.ts';

const all = Object.entries(INCIDENTS);
const cases: [string, Case][] = [...all, ...Object.entries(FLEET_INCIDENTS)];

describe('the incidents', () => {
  test('each edit applies to the step, and the compiler takes what comes of it', async () => {
    mkdirSync(join(ROOT, '.workshop'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, '.workshop', 'incidents-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [n, incident] of all) {
      writeFaulty(join(folder, n), incident, { onset: 0, port: 8001 });
    }
    expect(await typeErrors(join(folder, 'server.ts'))).toEqual([]);
  });

  test('an edit that applies no more, or twice, is an error', () => {
    const edit = (from: string) => ({ edits: [{ file: 'server.ts' as const, from, to: '' }] });
    const options = { onset: 0, port: 8001 };
    expect(() => faultyFiles(edit('no such line'), options)).toThrow(/^0 places in server\.ts/);
    expect(() => faultyFiles(edit('await '), options)).toThrow(/^\d+ places in server\.ts match/);
  });

  test('the files that run differ from the healthy ones in the program alone', () => {
    const options = { onset: 0, port: 8001 };
    const { 'program.ts': healthy, ...rest } = faultyFiles(HEALTHY, options);
    for (const [, incident] of all) {
      const { 'program.ts': program, ...others } = faultyFiles(incident, options);
      expect(others).toEqual(rest);
      expect(program).not.toBe(healthy);
    }
  });

  test('each has near answers that are on the lists, and another than the right one', () => {
    for (const [n, { what, where, nearWhat, nearWhere, call, lists = LISTS }] of cases) {
      expect(call.split(/[.?] /), n).toHaveLength(2);
      expect(Object.keys(nearWhat).length, n).toBeGreaterThan(0);
      expect(lists.what[what], n).toBeDefined();
      expect(lists.where[where], n).toBeDefined();
      for (const near of Object.keys(nearWhat)) {
        expect(lists.what, n).toHaveProperty(near);
        expect(near, n).not.toBe(`${what}`);
      }
      for (const near of Object.keys(nearWhere)) {
        expect(lists.where, n).toHaveProperty(near);
        expect(near, n).not.toBe(`${where}`);
      }
    }
    expect(new Set(all.map(([, { what }]) => what)).size).toBe(all.length);
  });
});

/** Samples every 5 s from a program that starts at 0; the fault begins at 200, and it is 320 now. */
const MOMENTS = { start: 0, onset: 200, now: 320 };
const GRID = { step: 5, settle: 60 };
const every = (value: (time: number) => number | undefined) =>
  Array.from({ length: 65 }, (_, i) => i * 5).flatMap((time): [number, number][] => {
    const at = value(time);
    return at === undefined ? [] : [[time, at]];
  });
const verdictOf = (...values: ((time: number) => number | undefined)[]) =>
  compare(
    values.map((value) => ({ labels: {}, samples: every(value) })),
    MOMENTS,
    GRID,
  ).verdict;
const begun = (time: number) => time > 200;
/** What the load does: a day of a minute. */
const wave = (time: number) => 5 - 4 * Math.cos((2 * Math.PI * time) / 60);
/** The same noise each time, from -1 to 1. */
const noise = (time: number) => Math.sin(time * 12.9898) * Math.cos(time * 78.233);

describe('a query shows the onset', () => {
  test.each<[string, (time: number) => number | undefined]>([
    ['a share that rises', (t) => (begun(t) ? 0.3 : 0.02) + 0.01 * noise(t)],
    ['a ratio that falls', (t) => (begun(t) ? 1.4 : 2.3) + 0.2 * noise(t)],
    ['a gauge that climbs', (t) => wave(t) + (begun(t) ? 1.5 * (t - 200) : 0)],
    ['what was 0, exactly', (t) => (begun(t) ? 0.1 : 0)],
    ['what stops', (t) => (begun(t) ? 0 : 10 + noise(t))],
    ['restarts, counted', (t) => 1 + Math.max(0, Math.ceil((t - 200) / 45))],
    [
      'peaks, with nothing between them',
      (t) => (begun(t) && t % 15 === 0 ? 1.5 : 0.02 + 0.01 * noise(t)),
    ],
    ['a comparison that begins to hold', (t) => (begun(t) ? 0 : undefined)],
    ['a ratio of nothing', (t) => (begun(t) ? NaN : 0.1 + 0.02 * noise(t))],
    ['a counter that grows faster', (t) => 5 * t + (begun(t) ? 20 * (t - 200) : 0)],
    ['the age of a process that restarts', (t) => (begun(t) ? (t - 200) % 45 : t + 30)],
    ['one outlier before', (t) => (begun(t) ? 40 : t === 100 ? 35 : 2 + noise(t))],
  ])('%s', (_, value) => {
    expect(verdictOf(value)).toBe('apart');
    expect(verdictOf(() => 1, value)).toBe('apart');
  });

  test.each<[string, (time: number) => number | undefined, string]>([
    ['the wave of the load', wave, 'same'],
    ['a larger wave', (t) => wave(t) * (begun(t) ? 1.5 : 1), 'swings'],
    ['noise', (t) => 0.15 + 0.05 * noise(t), 'same'],
    [
      'noise with another mean by chance',
      (t) => 0.15 + 0.06 * noise(t) + (begun(t) ? 0.1 : 0),
      'swings',
    ],
    ['a counter that goes on as before', (t) => 5 * t + noise(t), 'same'],
    ['a counter under the wave', (t) => 5 * t - 38 * Math.sin((2 * Math.PI * t) / 60), 'same'],
    ['the time', (t) => t, 'same'],
    ['always the same', () => 1, 'same'],
    ['nothing', () => undefined, 'empty'],
    ['only NaN', () => NaN, 'empty'],
    ['a little more', (t) => (begun(t) ? 11 : 10) + 0.01 * noise(t), 'same'],
    ['a comparison that holds now and then', (t) => (t % 20 === 0 ? 1 : undefined), 'swings'],
    ['what only settles after the start', (t) => Math.min(10, t / 5), 'same'],
  ])('but not %s', (_, value, verdict) => {
    expect(verdictOf(value)).toBe(verdict);
  });

  test('nor does an answer without series', () => {
    expect(verdictOf()).toBe('empty');
  });
});

describe('the verdict', () => {
  const onset = new Date(2026, 10, 22, 0, 0, 30);
  const clock = (minutes: number) =>
    new Date(onset.getTime() + minutes * 60_000).toTimeString().slice(0, 5);

  test.each([
    [0, 'right'],
    [1, 'right'],
    [-1, 'right'],
    [2, 'near'],
    [-3, 'near'],
    [4, 'wrong'],
    [-20, 'wrong'],
  ])('a minute that is %i away is %s, over midnight, too', (minutes, verdict) => {
    expect(judgeMinute(clock(minutes), onset).verdict).toBe(verdict);
  });

  test('a minute in UTC is right, too', () => {
    expect(judgeMinute(onset.toISOString().slice(11, 16), onset).verdict).toBe('right');
  });

  test.each(cases)('incident %s: right, near and wrong, each with what leads on', (_, incident) => {
    const evidence = { verdict: 'same', labels: {}, before: undefined, after: undefined } as const;
    const judged = (what: number, where: number) =>
      judgeDiagnosis(
        incident,
        { what: `${what}`, where: `${where}`, minute: clock(0), query: 'up' },
        onset,
        evidence,
      );
    expect(judged(incident.what, incident.where)).toMatchObject({
      what: { verdict: 'right', more: '' },
      where: { verdict: 'right' },
      minute: { verdict: 'right' },
      query: { verdict: 'wrong', more: 'It does not show the onset.' },
    });
    const near = Number(Object.keys(incident.nearWhat)[0]);
    expect(judged(near, 1).what).toEqual({
      verdict: 'near',
      more: incident.nearWhat[near],
    });
    expect(judged(1.5, 1.5)).toMatchObject({
      what: { verdict: 'wrong', more: incident.way },
      where: { verdict: 'wrong' },
    });
  });
});

test('in a terminal each part is asked for until it is one, and Enter keeps what was given', async () => {
  const typed = ['14', '3', '', '9', 'noon', '14:23', 'up'];
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return typed.shift()!;
  };
  const first = await askForDiagnosis(ask, {});
  expect(first).toEqual({ what: '3', where: '9', minute: '14:23', query: 'up' });
  expect(asked[0]).toContain(`  13  ${WHAT[13]}`);
  expect(asked.join()).not.toContain('Enter keeps');

  typed.push('', '4', '', 'up == 0');
  expect(await askForDiagnosis(ask, first)).toEqual({ ...first, where: '4', query: 'up == 0' });
  expect(asked.at(-2)).toContain('(Enter keeps 14:23)');
});

describe('make incident', () => {
  test('an incident that there is not ends with the list of what to type', async () => {
    const message = await refusal(['incident', '10']);
    for (const [n, { call }] of cases)
      expect(message).toContain(`npm run incident -- ${n}   “${call}”`);
  });

  test('without a stack it says how to start one', async () => {
    const [port] = await freePorts(1);
    const root = await repository();
    const { code, stderr } = await runIn(root, ['--port-9090', `${port}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Nothing answers on http:\/\/localhost:\d+\. .*npm run up.*npm run native/,
    );
  });

  test('a diagnosis before any incident, and one that is none, end with what to type', async () => {
    const root = await repository();
    const none = await runIn(root, ['--what', '1']);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/No incident has been started yet\. Type: npm run incident\n$/);
  });
});

const runIn = (root: string, args: string[]) => runCommand(['incident', ...args], {}, [], root);
