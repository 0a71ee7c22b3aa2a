import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLesson } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { PATIENT, ROOT, withCompiled, type Edit } from './copies.ts';

const END = 'exercises/exporter/end';
const EXPORTER = 'exporter.ts';
const text = readFileSync(join(ROOT, END, EXPORTER), 'utf8');

/** What stands in the solution, from the first of two texts to the last. */
function between(first: string, last: string): string {
  const start = text.indexOf(first);
  const end = text.indexOf(last, start);
  if (start < 0 || end < 0) throw new Error(`The solution has no ${first} … ${last}`);
  return text.slice(start, end + last.length);
}

const edit = (search: string, replacement: string): Edit => [EXPORTER, search, replacement];

const SIGNAL = ', { signal: AbortSignal.timeout(2000) }';
const UP = between('export const up', '\n});\n');
const WAITING = between('export const waiting', '\n});\n');
const LOOKUPS = between('export const lookups', '\n});\n');
const STATUS = between('let reading', 'return reading;\n}\n');
const METRICS = between('let reading', LOOKUPS);
const SHOW = 'const metrics = await register.metrics();';
const NOT_OK = between('  if (!answer.ok)', '\n');
const SET_OFFICES =
  'for (const [office, count] of Object.entries(page?.waiting ?? {})) this.set({ office }, count);';
const INC_RESULTS =
  'for (const [result, count] of Object.entries(page?.lookups ?? {})) this.inc({ result }, count);';
const CATCH = between('    .catch(', '\n');

const RESET = '    this.reset();\n';
/** A metric without what begins each of its scrapes. */
const kept = (metric: string) => metric.replace(RESET, '');

/** The metrics, without what reads the page. */
const PLAIN = [UP, WAITING, LOOKUPS]
  .map((metric) => metric.replace(/ {2}async collect\(\) \{[^]*\n {2}\},\n/, ''))
  .join('\n');
const FEED = `
function feed(page: Status | undefined) {
  up.set(page ? 1 : 0);
  waiting.reset();
  lookups.reset();
  for (const [office, count] of Object.entries(page?.waiting ?? {})) waiting.set({ office }, count);
  for (const [result, count] of Object.entries(page?.lookups ?? {})) lookups.inc({ result }, count);
}
`;

/** Ways to do it that differ from the solution, and are as right. */
const DESIGNS: Readonly<Record<string, readonly Edit[]>> = {
  'reads the page in collect()': [],
  'reads the page, then asks for the metrics': [
    edit(METRICS, PLAIN + FEED),
    edit(SHOW, `feed(await readStatus().catch(() => undefined));\n    ${SHOW}`),
  ],
  'a registry for each scrape, and the time that Prometheus allows': [
    edit('Counter, Gauge, register }', 'Counter, Gauge, Registry }'),
    edit(METRICS, ''),
    edit(
      SHOW,
      `const register = new Registry();
    const registers = [register];
    const seconds = Number(request.headers['x-prometheus-scrape-timeout-seconds'] ?? 10);
    const page = await readStatus((seconds - 4.5) * 1000).catch(() => undefined);
    new Gauge({ name: 'registry_up', help: 'Up.', registers }).set(page ? 1 : 0);
    if (page) {
      const waiting = new Gauge<'office'>({ name: 'registry_applications_waiting', help: 'Waiting.', labelNames: ['office'], registers });
      for (const [office, count] of Object.entries(page.waiting)) waiting.set({ office }, count);
      const lookups = new Counter<'result'>({ name: 'registry_lookups_total', help: 'Lookups.', labelNames: ['result'], registers });
      for (const [result, count] of Object.entries(page.lookups)) lookups.inc({ result }, count);
    }
    ${SHOW}`,
    ),
    edit('readStatus()', 'readStatus(ms: number)'),
    edit('timeout(2000)', 'timeout(ms)'),
  ],
};

/** Mistakes, each with the hint that it must get. */
const MISTAKES: readonly (readonly [hint: string, ...edits: Edit[]])[] = [
  ['exporter-ended', edit(STATUS, `throw new Error('Not today');\n${STATUS}`)],
  [
    'exporter-silent',
    edit('await listen(', 'if (process.pid < 0) await listen('),
    edit("path: '/metrics' });", "path: '/metrics' });\nsetInterval(() => {}, 1000);"),
  ],
  ['exporter-unread', edit(SHOW, SHOW.replace('await ', '`${').replace(';', '}`;'))],
  ['waiting-missing', edit("'registry_applications_waiting'", "'registry_waiting'")],
  ['waiting-missing', edit(WAITING, '')],
  [
    'waiting-type',
    edit(WAITING, WAITING.replace('new Gauge', 'new Counter').replace('this.set', 'this.inc')),
  ],
  [
    'id-label',
    edit(
      LOOKUPS,
      `${LOOKUPS}
new Gauge<'last'>({
  name: 'registry_last_application',
  help: 'The last application.',
  labelNames: ['last'],
  async collect() {
    const page = (await status()) as { last?: string } | undefined;
    if (page?.last) this.set({ last: page.last }, 1);
  },
});
`,
    ),
  ],
  // At the start, …
  ['value-old', edit(METRICS, `${PLAIN}${FEED}feed(await readStatus());\n`)],
  // … on a timer that is far from done, …
  [
    'value-old',
    edit(
      METRICS,
      `${PLAIN}${FEED}feed(await readStatus());\nsetInterval(() => void readStatus().then(feed), 5000);\n`,
    ),
  ],
  // … and in the collect() of another metric.
  [
    'value-old',
    edit(
      METRICS,
      `${PLAIN.replace("1 or 0.',\n", "1 or 0.',\n  async collect() {\n    feed(await readStatus().catch(() => undefined));\n  },\n")}${FEED}`,
    ),
  ],
  ['office-kept', edit(WAITING, kept(WAITING))],
  ['waiting-wrong', edit(SET_OFFICES, SET_OFFICES.replace('this.set', 'if (count > 0) this.set'))],
  ['lookups-missing', edit("'registry_lookups_total'", "'registry_lookups'")],
  ['lookups-gauge', edit(LOOKUPS, LOOKUPS.replace('new Counter', 'new Gauge'))],
  ['lookups-twice', edit(LOOKUPS, kept(LOOKUPS))],
  [
    'lookups-restart',
    edit(
      LOOKUPS,
      `const seen: Record<string, number> = {};\n${kept(LOOKUPS).replace('this.inc({ result }, count);', '{\n      this.inc({ result }, count - (seen[result] ?? 0));\n      seen[result] = count;\n    }')}`,
    ),
  ],
  ['lookups-wrong', edit(INC_RESULTS, INC_RESULTS.replace('{ result }', "{ result: 'all' }"))],
  ['asked-often', edit(STATUS, STATUS.replace('reading ??= ', 'reading = '))],
  ['asked-between', edit(METRICS, `${METRICS}\nsetInterval(() => void status(), 40);\n`)],
  ['up-missing', edit(UP, '')],
  ['up-missing', edit('? 1 : 0', '? 0 : 1')],
  ['away-fails', edit(CATCH, '')],
  ['away-fails', edit(CATCH, '    .catch(() => process.exit(1))\n')],
  ['refusal-fails', edit(NOT_OK, ''), edit('page?.waiting ?? {}', 'page ? page.waiting : {}')],
  ['up-stays', edit(NOT_OK, '')],
  ['away-values', edit(WAITING, WAITING.replace(RESET, '    if (page) this.reset();\n'))],
  [
    'away-values',
    edit(
      LOOKUPS,
      LOOKUPS.replace(SHOW, '').replace(
        'page?.lookups ?? {}',
        'page?.lookups ?? { found: 0, unknown: 0 }',
      ),
    ),
  ],
  [
    'stays-away',
    edit(
      STATUS,
      STATUS.replace(
        '.finally(() => (reading = undefined))',
        '.then((page) => {\n      if (page) reading = undefined;\n      return page;\n    })',
      ),
    ),
  ],
  ['waits-long', edit(SIGNAL, '')],
];

async function hintOf(
  edits: readonly Edit[],
  startMs = PATIENT.startMs,
): Promise<string | undefined> {
  const { failure } = await withCompiled(END, { edits }, (copy) =>
    checkStep('exporter', { ...copy, ...PATIENT, startMs }),
  );
  return failure && `${failure.hintId}: ${failure.finding.got}`;
}

/** Without CI, a few of them. */
const FEW = ['value-old', 'lookups-twice', 'away-values'];

describe.concurrent('the judge of an exporter', () => {
  it.for(Object.entries(DESIGNS))('takes one that %s', async ([, edits], context) => {
    if (Object.values(DESIGNS).indexOf(edits) > 1) onlyUnderCI(context);
    expect(await hintOf(edits)).toBeUndefined();
  });

  it.for(MISTAKES)('says %s', async (mistake, context) => {
    const [hint, ...edits] = mistake;
    const isFirst = MISTAKES.findIndex(([name]) => name === hint) === MISTAKES.indexOf(mistake);
    if (!FEW.includes(hint) || !isFirst) onlyUnderCI(context);

    const found = await hintOf(edits, hint === 'exporter-silent' ? 3000 : undefined);
    expect(found?.replace(/:[^]*/, ''), found).toBe(hint);
  });

  it('asks for the exporter, and for its metrics', async () => {
    const missing = await checkStep('exporter', { entry: `${END}/nowhere.ts` });
    expect(missing.failure?.hintId).toBe('exporter-missing');
    expect(missing.failure?.chapter.place).toBe('PRODUCTION.md#what-others-measure');
    const begin = await withCompiled('exercises/exporter/begin', { edits: [] }, (copy) =>
      checkStep('exporter', { ...copy, ...PATIENT }),
    );
    expect(begin.failure?.hintId).toBe('waiting-missing');
    expect(begin.results.map(({ outcome }) => outcome).slice(0, 2)).toEqual(['passed', 'failed']);
  });
});

it('has a mistake for each hint', async () => {
  const { checks } = await findLesson('exporter');
  const hints = checks.flatMap((check) => Object.keys(check.hints));
  const made = new Set(['exporter-missing', ...MISTAKES.map(([hint]) => hint)]);
  expect(hints.toSorted()).toEqual([...made].toSorted());
});
