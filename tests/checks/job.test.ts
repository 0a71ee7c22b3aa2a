import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLesson } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiled, type Edit } from './copies.ts';

const END = 'exercises/job/end';
const JOB = 'job.ts';
const text = readFileSync(join(ROOT, END, JOB), 'utf8');

/** What stands in the solution, from the first of two lines to the last. */
function between(first: string, last: string): string {
  const start = text.indexOf(first);
  const end = text.indexOf(last, start);
  if (start < 0 || end < 0) throw new Error(`The solution has no ${first} … ${last}`);
  return text.slice(start, end + last.length);
}

const edit = (search: string, replacement: string): Edit => [JOB, search, replacement];
const PUSH = "await gateway.pushAdd({ jobName: 'census' });";
const AFTER = between('const url', 'error);\n}\n');
const TRIED = between('try {\n  await gateway', 'error);\n}\n');
const CENSUS = between('const stopTimer', 'stopTimer();\n');
const NEW_GATEWAY = 'new Pushgateway(url, { timeout: 5000 }, registry)';
const REGISTER = '  registry.registerMetric(lastSuccess);\n';
const SET = '  lastSuccess.setToCurrentTime();\n';
const EXIT_CODE = '  process.exitCode = 1;\n';
const LATE = "seconds since 1970.',\n  registers: []";
const EARLY = LATE.replace('[]', '[registry]');

/** Ways to do it that differ from the solution, and are as right. */
const DESIGNS: Readonly<Record<string, readonly Edit[]>> = {
  'adds what a run knows': [],
  'replaces all after a success, and pushes nothing after a failure': [
    edit(LATE, EARLY),
    edit(REGISTER, ''),
    edit(PUSH, `if (!process.exitCode) ${PUSH.replace('pushAdd', 'push')}`),
  ],
  'a registry for each outcome': [
    edit(LATE, LATE.replace('[]', '[successes]')),
    edit(
      'const registry = new Registry();',
      'const registry = new Registry();\nconst successes = new Registry();',
    ),
    edit(REGISTER, ''),
    edit(
      NEW_GATEWAY,
      `new Pushgateway(url, {}, process.exitCode ? registry : Registry.merge([registry, successes]))`,
    ),
  ],
  'the global registry, and a clock of its own': [
    edit('const registry = new Registry();', ''),
    edit(
      'import { Gauge, Pushgateway, Registry }',
      'import { Gauge, Pushgateway, register as registry }',
    ),
    edit('const stopTimer = duration.startTimer();', 'const start = performance.now();'),
    edit('\nstopTimer();\n', '\nduration.set((performance.now() - start) / 1000);\n'),
    edit(SET, '  lastSuccess.set(Math.floor(Date.now() / 1000));\n'),
  ],
  'its own request, in place of the client': [
    edit(NEW_GATEWAY, 'undefined'),
    edit(
      PUSH,
      "const body = await registry.metrics();\n  const { ok } = await fetch(`${url}/metrics/job@base64/Y2Vuc3Vz`, { method: 'POST', body });\n  if (!ok) throw new Error(`${gateway}`);",
    ),
  ],
};

/** Mistakes, each with the hint that it must get. */
const MISTAKES: readonly (readonly [hint: string, ...edits: Edit[]])[] = [
  ['ends-never', edit(CENSUS, `setInterval(() => {}, 1000);\n${CENSUS}`)],
  ['job-broken', edit(CENSUS, `throw new Error('No census today');\n`)],
  ['exit-code-lost', edit(EXIT_CODE, '')],
  ['nothing-pushed', edit(TRIED, 'console.log(gateway);\n')],
  ['nothing-pushed', edit('settings.PUSHGATEWAY_PORT', '1')],
  [
    'ended-before-push',
    edit(
      TRIED,
      `gateway.pushAdd({ jobName: 'census' }).catch(console.error);\nprocess.exit(process.exitCode);\n`,
    ),
  ],
  // Whoever begins with one of them is not told that it comes too early.
  [
    'trees-missing',
    edit('counted.set({ species }, trees[species])', 'console.log(species)'),
    edit(REGISTER, ''),
  ],
  ['push-refused', edit('PUSHGATEWAY_PORT}`;', 'PUSHGATEWAY_PORT}/api`;')],
  ['pushed-early', edit(`${CENSUS}\n${AFTER}`, `${AFTER}${CENSUS}`)],
  ['deleted-at-once', edit(PUSH, `${PUSH}\n  await gateway.delete({ jobName: 'census' });`)],
  ['key-changes', edit(PUSH, PUSH.replace(' }', ', groupings: { at: `${Date.now()}` } }'))],
  ['key-changes', edit(PUSH, PUSH.replace("'census'", '`census-${process.pid}`'))],
  ['key-instance', edit(PUSH, PUSH.replace(' }', ", groupings: { instance: 'my-laptop' } }"))],
  ['key-name', edit(PUSH, PUSH.replace('census', 'tree-census'))],
  [
    'others-pushed',
    edit(
      'const registry = new Registry();',
      'const registry = new Registry();\ncollectDefaultMetrics({ register: registry });',
    ),
    edit('import { Gauge', 'import { collectDefaultMetrics, Gauge'),
  ],
  [
    'trees-wrong',
    edit('counted.set({ species }, trees[species])', 'counted.set({ species }, trees.oak)'),
  ],
  ['duration-missing', edit("'census_duration_seconds'", "'census_duration'")],
  ['duration-milliseconds', edit('\nstopTimer();\n', '\nduration.set(stopTimer() * 1000);\n')],
  [
    'duration-short',
    edit('\nstopTimer();\n', '\n'),
    edit('await takeCensus(settings);', 'await takeCensus(settings, stopTimer());'),
  ],
  ['success-missing', edit(REGISTER, '')],
  ['success-milliseconds', edit(SET, '  lastSuccess.set(Date.now());\n')],
  ['success-other-time', edit(SET, '  lastSuccess.set(stopTimer());\n')],
  ['success-lost', edit(PUSH, PUSH.replace('pushAdd', 'push'))],
  ['success-zero', edit(LATE, EARLY), edit(REGISTER, '')],
  [
    'success-by-failure',
    edit(LATE, EARLY),
    edit(SET + REGISTER, ''),
    edit('\nstopTimer();\n', '\nstopTimer();\nlastSuccess.setToCurrentTime();\n'),
  ],
  [
    'trees-by-failure',
    edit(EXIT_CODE, `${EXIT_CODE}  for (const species of SPECIES) counted.set({ species }, 0);\n`),
  ],
  ['fails-without', edit(TRIED, `${PUSH}\n`)],
  ['fails-without', edit(TRIED, "gateway.pushAdd({ jobName: 'census' });\n")],
  [
    'waits-without',
    edit(
      TRIED,
      between('try {\n  await gateway', 'error) {\n  //').replace(
        '  //',
        '  setInterval(() => {}, 1000);\n  console.error(error);\n}\n',
      ),
    ),
  ],
  [
    'silent-without',
    edit(TRIED, `await gateway.pushAdd({ jobName: 'census' }).catch(() => {});\n`),
  ],
];

async function hintOf(edits: readonly Edit[], answerMs: number): Promise<string | undefined> {
  const { failure } = await withCompiled(END, { edits }, (copy) =>
    checkStep('job', { ...copy, ...PATIENT, answerMs }),
  );
  return failure && `${failure.hintId}: ${failure.finding.got}`;
}

/** Without CI, a few of them: each mistake costs four starts. */
const FEW = [
  'nothing-pushed',
  'key-changes',
  'others-pushed',
  'success-lost',
  'success-zero',
  'fails-without',
];

describe.concurrent('the judge of a job', () => {
  it.for(Object.entries(DESIGNS))('takes one: %s', async ([, edits], context) => {
    if (Object.values(DESIGNS).indexOf(edits) > 1) onlyUnderCI(context);
    expect(await hintOf(edits, PATIENT.answerMs)).toBeUndefined();
  });

  it.for(MISTAKES)('says %s', async (mistake, context) => {
    const [hint, ...edits] = mistake;
    const isFirst = MISTAKES.findIndex(([name]) => name === hint) === MISTAKES.indexOf(mistake);
    if (!FEW.includes(hint) || !isFirst) onlyUnderCI(context);
    const found = await hintOf(edits, /never|waits/.test(hint) ? 800 : PATIENT.answerMs);
    expect(found?.replace(/:[^]*/, ''), found).toBe(hint);
  });

  it('asks for the job, and for its push', async () => {
    const missing = await checkStep('job', { entry: `${END}/nowhere.ts` });
    expect(missing.failure?.hintId).toBe('job-missing');
    expect(missing.failure?.chapter.place).toBe('PRODUCTION.md#a-job-that-ends');
    const begin = await withCompiled('exercises/job/begin', { edits: [] }, (copy) =>
      checkStep('job', { ...copy, ...PATIENT }),
    );
    expect(begin.failure?.hintId).toBe('nothing-pushed');
    expect(begin.results.map(({ outcome }) => outcome).slice(0, 2)).toEqual(['passed', 'failed']);
  });
});

it('has a mistake for each hint', async () => {
  const { checks } = await findLesson('job');
  const hints = checks.flatMap((check) => Object.keys(check.hints));
  const made = new Set(['job-missing', ...MISTAKES.map(([hint]) => hint)]);
  expect(hints.toSorted()).toEqual([...made].toSorted());
});
