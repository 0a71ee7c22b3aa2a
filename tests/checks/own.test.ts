import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findLesson } from '../../checks/index.ts';
import { checkStep } from '../../checks/run.ts';
import { TIME_MOMENTS, WINDOW_S, nineOfTen, tally } from '../../checks/reservations/plan.ts';
import {
  ask,
  judgeNow,
  judgeShare,
  judgeTime,
  QUESTIONS,
  readQueries,
} from '../../checks/reservations/queries.ts';
import { record, type Recording } from '../../checks/reservations/recording.ts';
import { withSession } from '../../checks/harness/session.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { PATIENT, ROOT, withCompiled, type Copy, type Edit } from './copies.ts';

const END = 'exercises/own/end';
const TIMEOUT = { timeout: 240_000 };

const file = (end: 'begin' | 'end', name: string) =>
  readFileSync(join(ROOT, `exercises/own/${end}`, name), 'utf8');
const [NOW = '', SHARE = '', TIME = ''] = readQueries(file('end', 'own.promql'));

interface Design {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** What it answers in other words than the solution. */
  readonly now?: string;
  readonly share?: string;
  readonly time?: string;
}

const SERVER = 'server.ts';
const METRICS = 'metrics.ts';
const MADE = "reservations.on('made', showOpen);\n";
const GAUGE_SHOWN = `  reservationsOpen.set({ species }, reservations.open[species].length);`;
const SHOWN_CONFIRMED =
  "(reservation) => {\n  showOpen(reservation);\n  reservationsEnded.inc({ outcome: 'confirmed' });";
const SHOWN_EXPIRED =
  "(reservation) => {\n  showOpen(reservation);\n  reservationsEnded.inc({ outcome: 'expired' });";
const COUNTED_CONFIRMED = "  reservationsEnded.inc({ outcome: 'confirmed' });\n";
const COUNTED_EXPIRED = "  reservationsEnded.inc({ outcome: 'expired' });\n";
const OBSERVED =
  '  reservationConfirm.observe((Date.now() - reservation.madeAt.getTime()) / 1000);\n';
const ENDED = /export const reservationsEnded[^]*?, 0\);\n/.exec(file('end', METRICS))![0];
const ZEROS =
  "for (const outcome of ['confirmed', 'expired']) reservationsEnded.inc({ outcome }, 0);\n";
const OPEN = /export const reservationsOpen[^]*?, 0\);\n/.exec(file('end', METRICS))![0];
const CONFIRM = /export const reservationConfirm[^]*?\n\}\);\n/.exec(file('end', METRICS))![0];
const BUCKETS = 'buckets: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],';

const SUMMARY: Edit = [METRICS, 'Gauge, Histogram }', 'Gauge, Histogram, Summary }'];
const summary = (quantile: number) =>
  `export const reservationConfirm = new Summary({ name: 'reservation_confirm_seconds', help: 'Time from a reservation to its confirmation, in seconds.', percentiles: [${quantile}], maxAgeSeconds: 300, ageBuckets: 5 });\n`;
/** A gauge of the last time in place of the histogram, with these labels. */
const lastWait = (labels: string): readonly Edit[] => [
  [
    METRICS,
    CONFIRM,
    `export const reservationConfirm = new Gauge<string>({ name: 'reservation_last_seconds', help: 'Time from the last confirmed reservation to its confirmation, in seconds.', labelNames: ['species'] });\n`,
  ],
  [SERVER, OBSERVED, OBSERVED.replace('observe(', `set({ ${labels} }, `)],
];

/** Ways to answer that differ from the solution, and are as right. */
const DESIGNS: readonly Design[] = [
  { name: 'a gauge from the list, a counter by outcome, and a histogram', edits: [] },
  {
    name: 'three counters, a gauge and a histogram',
    share:
      'sum(increase(reservations_expired_total[5m])) / (sum(increase(reservations_expired_total[5m])) + sum(increase(reservations_confirmed_total[5m])))',
    edits: [
      [
        METRICS,
        ENDED,
        ['made', 'confirmed', 'expired']
          .map(
            (event) =>
              `export const ${event} = new Counter<'species'>({ name: 'reservations_${event}_total', help: 'Reservations ${event}.', labelNames: ['species'] });\nfor (const species of SPECIES) ${event}.inc({ species }, 0);\n`,
          )
          .join(''),
      ],
      [SERVER, '  reservationsEnded,\n', '  made,\n  confirmed,\n  expired,\n'],
      [SERVER, MADE, `${MADE}reservations.on('made', ({ species }) => made.inc({ species }));\n`],
      [SERVER, COUNTED_CONFIRMED, '  confirmed.inc({ species: reservation.species });\n'],
      [SERVER, COUNTED_EXPIRED, '  expired.inc({ species: reservation.species });\n'],
    ],
  },
  {
    name: 'a histogram by outcome, whose count is the counter',
    share:
      'sum(rate(reservation_seconds_count{outcome="expired"}[5m])) / sum(rate(reservation_seconds_count[5m]))',
    time: 'histogram_quantile(0.9, sum by (le) (rate(reservation_seconds_bucket{outcome="confirmed"}[5m])))',
    edits: [
      [METRICS, ENDED, ''],
      [
        METRICS,
        CONFIRM,
        "export const reservation = new Histogram<'outcome'>({ name: 'reservation_seconds', help: 'Time from a reservation to its end, in seconds.', labelNames: ['outcome'], buckets: [5, 10, 15, 20, 25] });\nfor (const outcome of ['confirmed', 'expired']) reservation.zero({ outcome });\n",
      ],
      [SERVER, '  reservationConfirm,\n  reservationsEnded,\n', '  reservation as times,\n'],
      [SERVER, COUNTED_CONFIRMED, "  observe('confirmed', reservation);\n"],
      [SERVER, COUNTED_EXPIRED, "  observe('expired', reservation);\n"],
      [SERVER, OBSERVED, ''],
      [
        SERVER,
        'function showOpen',
        'function observe(outcome: string, { madeAt }: Reservation) {\n  times.observe({ outcome }, (new Date().getTime() - madeAt.getTime()) / 1000);\n}\n\nfunction showOpen',
      ],
    ],
  },
  {
    name: 'a gauge that is raised and lowered, and a timer kept for each reservation',
    edits: [
      [SERVER, GAUGE_SHOWN, '  reservationsOpen.dec({ species });'],
      [
        SERVER,
        MADE,
        "const timers = new Map<string, () => number>();\nreservations.on('made', ({ id, species }) => {\n  reservationsOpen.inc({ species });\n  timers.set(id, reservationConfirm.startTimer());\n});\n",
      ],
      [SERVER, OBSERVED, '  timers.get(reservation.id)?.();\n'],
      [SERVER, COUNTED_EXPIRED, `${COUNTED_EXPIRED}  timers.delete(reservation.id);\n`],
    ],
  },
  {
    name: 'collect() in a registry of its own',
    now: 'sum by (kind) (reservations_open)',
    edits: [
      [METRICS, OPEN, ''],
      [SERVER, '  reservationsOpen,\n', ''],
      [
        SERVER,
        "import { register } from 'prom-client';",
        "import { Gauge, register, Registry } from 'prom-client';",
      ],
      [
        SERVER,
        'function showOpen({ species }: Reservation): void {\n  reservationsOpen.set({ species }, reservations.open[species].length);\n}\n',
        `const own = new Registry();
new Gauge({
  name: 'reservations_open',
  help: 'Reservations that wait to be confirmed now.',
  labelNames: ['kind'],
  registers: [own],
  collect() {
    for (const kind of SPECIES) this.set({ kind }, reservations.open[kind].length);
  },
});
`,
      ],
      [SERVER, MADE, ''],
      [SERVER, SHOWN_CONFIRMED, SHOWN_CONFIRMED.replace('  showOpen(reservation);\n', '')],
      [
        SERVER,
        SHOWN_EXPIRED,
        SHOWN_EXPIRED.replace('  showOpen(reservation);\n', '').replace('(reservation)', '()'),
      ],
      [SERVER, 'await register.metrics()', 'await Registry.merge([register, own]).metrics()'],
    ],
  },
  {
    name: 'counters alone, whose difference is what is open, and a look at the list every second',
    now: 'sum by (species) (reservations_made_total) - sum by (species) (reservations_gone_total)',
    share:
      '1 - sum(increase(reservation_confirm_seconds_count[5m])) / sum(increase(reservations_gone_total[5m]))',
    edits: [
      [METRICS, ENDED, ''],
      [
        METRICS,
        OPEN,
        ['made', 'gone']
          .map(
            (event) =>
              `export const ${event} = new Counter<'species'>({ name: 'reservations_${event}_total', help: 'Reservations ${event}.', labelNames: ['species'] });\nfor (const species of SPECIES) ${event}.inc({ species }, 0);\n`,
          )
          .join(''),
      ],
      [SERVER, '  reservationsEnded,\n  reservationsOpen,\n', '  made,\n  gone,\n'],
      [
        SERVER,
        'function showOpen({ species }: Reservation): void {\n  reservationsOpen.set({ species }, reservations.open[species].length);\n}\n',
        "reservations.on('made', ({ species }) => made.inc({ species }));\nconst known = new Map<string, Reservation>();\nsetInterval(() => {\n  for (const one of known.values()) {\n    if (reservations.open[one.species].includes(one)) continue;\n    known.delete(one.id);\n    gone.inc({ species: one.species });\n  }\n}, 1000);\n",
      ],
      [SERVER, MADE, "reservations.on('made', (one) => void known.set(one.id, one));\n"],
      [SERVER, SHOWN_CONFIRMED, '(reservation) => {'],
      [SERVER, `reservations.on('expired', ${SHOWN_EXPIRED}\n});\n`, ''],
    ],
  },
  ...[
    '1, 2, 4, 8, 12, 16, 20',
    '2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20, 22.5',
    '3, 6, 9, 12, 15, 18, 21',
    '1, 5, 10, 15, 18, 19, 20',
  ].map((limits) => ({
    name: `buckets that end at ${limits}`,
    edits: [[METRICS, BUCKETS, `buckets: [${limits}],`]] satisfies Edit[],
  })),
  {
    name: 'a summary over five minutes, and a clock of its own',
    time: 'reservation_confirm_seconds{quantile="0.9"}',
    edits: [
      [METRICS, CONFIRM, summary(0.9)],
      SUMMARY,
      [
        SERVER,
        MADE,
        "const since = new Map<string, bigint>();\nreservations.on('made', (reservation) => {\n  showOpen(reservation);\n  since.set(reservation.id, hrtime.bigint());\n});\n",
      ],
      [
        SERVER,
        "import { register } from 'prom-client';",
        "import { register } from 'prom-client';\nimport { hrtime } from 'node:process';",
      ],
      [
        SERVER,
        OBSERVED,
        '  reservationConfirm.observe(Number(hrtime.bigint() - since.get(reservation.id)!) / 1e9);\n',
      ],
    ],
  },
];

const queries = ({ now = NOW, share = SHARE, time = TIME }: Omit<Design, 'name' | 'edits'>) => ({
  'own.promql': [now, share, time].map((query, at) => `# own-${at + 1}:\n${query}\n`).join('\n'),
});

/** Mistakes in the program, or in both, each with the hint that it must get. */
interface Mistake extends Omit<Design, 'name'> {
  readonly hint: string;
  /** Where it is no change of the solution. */
  readonly of?: string;
}

const MISTAKES: readonly Mistake[] = [
  { hint: 'routes-missing', of: 'steps/07-buckets', edits: [] },
  { hint: 'routes-missing', of: 'steps/01-bare-handler', edits: [] },
  { hint: 'routes-changed', edits: [[SERVER, 'failure(410,', 'failure(404,']] },
  { hint: 'nothing-of-yours', of: 'exercises/own/begin', edits: [] },
  { hint: 'made-unseen', edits: [[SERVER, MADE, '']] },
  {
    hint: 'confirmed-unseen',
    edits: [
      [SERVER, SHOWN_CONFIRMED, '(reservation) => {'],
      [SERVER, OBSERVED, '  console.log(reservation.id);\n'],
    ],
  },
  {
    // Counted in the wrapper of all requests, and only there.
    hint: 'expiry-unseen',
    edits: [
      [SERVER, MADE, ''],
      [SERVER, `reservations.on('confirmed', ${SHOWN_CONFIRMED}\n${OBSERVED}});\n`, ''],
      [SERVER, `reservations.on('expired', ${SHOWN_EXPIRED}\n});\n`, ''],
      [
        SERVER,
        '    requests.inc({',
        "    if (answer.status === 201 && endpoint === '/reserve') reservationsOpen.inc({ species: visit.query.get('species')! });\n    if (answer.status === 201 && endpoint === '/confirm') reservationsEnded.inc({ outcome: 'confirmed' });\n    requests.inc({",
      ],
    ],
  },
  {
    hint: 'expiry-on-visit',
    edits: [
      [SERVER, `reservations.on('expired', ${SHOWN_EXPIRED}\n});\n`, ''],
      [
        SERVER,
        '  requestsInProgress.inc();\n',
        '  requestsInProgress.inc();\n  for (const species of SPECIES) reservationsOpen.set({ species }, reservations.open[species].length);\n',
      ],
    ],
  },
  {
    hint: 'expiry-twice',
    edits: [
      [SERVER, COUNTED_EXPIRED, ''],
      [
        SERVER,
        '  const reservation = reservations.reserve(species);',
        "  reservations.on('expired', () => reservationsEnded.inc({ outcome: 'expired' }));\n  const reservation = reservations.reserve(species);",
      ],
    ],
  },
  { hint: 'expiry-twice', edits: [[SERVER, COUNTED_EXPIRED, COUNTED_EXPIRED.repeat(2)]] },
  {
    hint: 'label-unbounded',
    edits: [
      [METRICS, "labelNames: ['outcome']", "labelNames: ['outcome', 'id']"],
      [METRICS, "Counter<'outcome'>", 'Counter<string>'],
      [SERVER, COUNTED_EXPIRED, COUNTED_EXPIRED.replace(' }', ', id: reservation.id }')],
      [SERVER, COUNTED_CONFIRMED, COUNTED_CONFIRMED.replace(' }', ', id: reservation.id }')],
    ],
  },
  {
    hint: 'label-unbounded',
    edits: [
      [METRICS, "labelNames: ['outcome']", "labelNames: ['outcome', 'at']"],
      [METRICS, "Counter<'outcome'>", 'Counter<string>'],
      [SERVER, COUNTED_EXPIRED, COUNTED_EXPIRED.replace(' }', ', at: Date.now() }')],
      [SERVER, COUNTED_CONFIRMED, COUNTED_CONFIRMED.replace(' }', ', at: Date.now() }')],
    ],
  },
  {
    hint: 'time-in-milliseconds',
    time: TIME.replace('histogram_quantile', '0.001 * histogram_quantile'),
    edits: [
      [SERVER, OBSERVED, OBSERVED.replace('((', '(').replace(') / 1000', '')],
      [METRICS, BUCKETS, 'buckets: [5000, 10000, 15000, 20000],'],
    ],
  },
  {
    hint: 'lint',
    share: SHARE.replaceAll('ended_total', 'ended'),
    edits: [[METRICS, "'reservations_ended_total'", "'reservations_ended'"]],
  },
  { hint: 'own-1-missing', now: '', edits: [] },
  { hint: 'own-2-missing', share: '', time: '', edits: [] },
  { hint: 'own-3-missing', time: '', edits: [] },
  { hint: 'own-2-refused', share: 'rate(reservations_ended_total)', edits: [] },
  { hint: 'own-3-refused', time: 'histogram_quantile(0.9)', edits: [] },
  {
    hint: 'now-refused-counted',
    edits: [
      [SERVER, GAUGE_SHOWN, '  reservationsOpen.dec({ species });'],
      [SERVER, MADE, ''],
      [
        SERVER,
        '  const reservation = reservations.reserve(species);',
        '  reservationsOpen.inc({ species });\n  const reservation = reservations.reserve(species);',
      ],
    ],
  },
  {
    // Not only where the species is full: what visitors send becomes a series.
    hint: 'now-refused-counted',
    edits: [
      [SERVER, GAUGE_SHOWN, '  reservationsOpen.dec({ species });'],
      [SERVER, MADE, ''],
      [METRICS, "reservationsOpen = new Gauge<'species'>", 'reservationsOpen = new Gauge<string>'],
      [
        SERVER,
        'function reserve(query: URLSearchParams): Answer {\n',
        "function reserve(query: URLSearchParams): Answer {\n  reservationsOpen.inc({ species: query.get('species')! });\n",
      ],
    ],
  },
  {
    hint: 'now-expired-stay',
    edits: [
      [
        SERVER,
        SHOWN_EXPIRED,
        SHOWN_EXPIRED.replace('  showOpen(reservation);\n', '').replace('(reservation)', '()'),
      ],
    ],
  },
  {
    hint: 'now-confirmed-stay',
    edits: [[SERVER, SHOWN_CONFIRMED, SHOWN_CONFIRMED.replace('  showOpen(reservation);\n', '')]],
  },
  {
    hint: 'now-all-stay',
    edits: [
      [SERVER, GAUGE_SHOWN, '  reservationsOpen.inc({ species });'],
      [SERVER, SHOWN_CONFIRMED, SHOWN_CONFIRMED.replace('  showOpen(reservation);\n', '')],
      [
        SERVER,
        SHOWN_EXPIRED,
        SHOWN_EXPIRED.replace('  showOpen(reservation);\n', '').replace('(reservation)', '()'),
      ],
    ],
  },
  {
    hint: 'now-no-zero',
    edits: [
      [METRICS, 'for (const species of SPECIES) reservationsOpen.set({ species }, 0);\n', ''],
    ],
  },
  {
    hint: 'share-refused-counted',
    share:
      'sum(increase(reservations_ended_total{outcome="expired"}[5m])) / sum(increase(reservations_asked_total[5m]))',
    edits: [
      [
        METRICS,
        ENDED,
        `${ENDED}\nexport const asked = new Counter({ name: 'reservations_asked_total', help: 'Reservations.' });\n`,
      ],
      [SERVER, '  reservationsEnded,\n', '  asked,\n  reservationsEnded,\n'],
      [
        SERVER,
        'function reserve(query: URLSearchParams): Answer {\n',
        'function reserve(query: URLSearchParams): Answer {\n  asked.inc();\n',
      ],
    ],
  },
  {
    hint: 'share-late-counted',
    edits: [
      [SERVER, COUNTED_CONFIRMED, ''],
      [
        SERVER,
        'function confirm(query: URLSearchParams): Answer {\n',
        "function confirm(query: URLSearchParams): Answer {\n  reservationsEnded.inc({ outcome: 'confirmed' });\n",
      ],
    ],
  },
  {
    // The first of each outcome is lost where its series is not there at the start.
    hint: 'share-first-lost',
    edits: [[METRICS, ZEROS, '']],
  },
  { hint: 'time-edges', edits: [[METRICS, BUCKETS, '']] },
  { hint: 'time-edges', edits: [[METRICS, BUCKETS, 'buckets: [1, 5, 10, 30, 60],']] },
  { hint: 'time-edges', edits: [[METRICS, BUCKETS, 'buckets: [5, 10, 15],']] },
  {
    hint: 'time-summary-window',
    time: 'reservation_confirm_seconds{quantile="0.9"}',
    edits: [
      [
        METRICS,
        CONFIRM,
        "export const reservationConfirm = new Summary({ name: 'reservation_confirm_seconds', help: 'Time from a reservation to its confirmation, in seconds.', percentiles: [0.9] });\n",
      ],
      [METRICS, 'Gauge, Histogram }', 'Gauge, Histogram, Summary }'],
    ],
  },
  {
    hint: 'time-last-only',
    time: 'quantile_over_time(0.9, reservation_last_seconds[5m])',
    edits: lastWait(''),
  },
  {
    hint: 'time-last-only',
    time: 'max(quantile_over_time(0.9, reservation_last_seconds[5m]))',
    edits: lastWait('species: reservation.species'),
  },
  {
    hint: 'time-other-quantile',
    time: TIME.replace('0.9', '0.95'),
    edits: [[METRICS, BUCKETS, 'buckets: [5, 10, 15, 20],']],
  },
  {
    hint: 'time-other-quantile',
    time: 'reservation_confirm_seconds{quantile="0.95"}',
    edits: [[METRICS, CONFIRM, summary(0.95)], SUMMARY],
  },
  {
    hint: 'time-expired-mixed-in',
    edits: [[SERVER, COUNTED_EXPIRED, `${COUNTED_EXPIRED}${OBSERVED}`]],
  },
];

/** Mistakes in a query, with the solution's metrics. */
const WRONG_QUERIES: Record<
  'now' | 'share' | 'time',
  readonly (readonly [hint: string, query: string])[]
> = {
  now: [
    ['now-no-species', 'sum(reservations_open)'],
    ['now-no-species', 'reservations_ended_total'],
    ['now-nothing', 'reservation_open'],
    ['now-no-zero', 'reservations_open > 0'],
    ['now-all-stay', 'max_over_time(reservations_open[5m])'],
    ['now-growth', 'rate(reservations_open[1m])'],
    [
      'now-no-partner',
      'reservations_open - reservations_ended_total{outcome="confirmed"} - reservations_ended_total{outcome="expired"}',
    ],
    ['now-other', 'reservations_open offset 1m'],
  ],
  share: [
    [
      'share-of-confirmed',
      'sum(increase(reservations_ended_total{outcome="expired"}[5m])) / sum(increase(reservations_ended_total{outcome="confirmed"}[5m]))',
    ],
    [
      'share-of-the-others',
      'sum(increase(reservations_ended_total{outcome="confirmed"}[5m])) / sum(increase(reservations_ended_total[5m]))',
    ],
    ['share-in-percent', `100 * ${SHARE}`],
    [
      'share-since-start',
      'sum(reservations_ended_total{outcome="expired"}) / sum(reservations_ended_total)',
    ],
    [
      'share-over-restart',
      'sum(delta(reservations_ended_total{outcome="expired"}[5m])) / sum(delta(reservations_ended_total[5m]))',
    ],
    [
      'share-many',
      'increase(reservations_ended_total[5m]) / on() group_left sum(increase(reservations_ended_total[5m]))',
    ],
    [
      'share-no-number',
      'increase(reservations_ended_total{outcome="expired"}[5m]) / sum(increase(reservations_ended_total[5m]))',
    ],
    [
      'share-whole-le',
      '1 - sum(increase(reservation_confirm_seconds_bucket{le="20"}[5m])) / sum(increase(reservations_ended_total[5m]))',
    ],
    ['share-other', '0.5'],
    ['share-other-range', SHARE.replaceAll('5m', '2m')],
    [
      'share-without-parentheses',
      'sum(increase(reservations_ended_total{outcome="expired"}[5m])) / sum(increase(reservations_ended_total{outcome="expired"}[5m])) + sum(increase(reservations_ended_total{outcome="confirmed"}[5m]))',
    ],
    [
      'share-of-made',
      'sum(increase(reservations_ended_total{outcome="expired"}[5m])) / sum(increase(requests_total{endpoint="/reserve",status="201"}[5m]))',
    ],
    [
      'share-of-all-events',
      'sum(increase(reservations_ended_total{outcome="expired"}[5m])) / (sum(increase(requests_total{endpoint="/reserve",status="201"}[5m])) + sum(increase(reservations_ended_total[5m])))',
    ],
  ],
  time: [
    [
      'time-since-start',
      'histogram_quantile(0.9, sum by (le) (reservation_confirm_seconds_bucket))',
    ],
    [
      'time-mean',
      'sum(rate(reservation_confirm_seconds_sum[5m])) / sum(rate(reservation_confirm_seconds_count[5m]))',
    ],
    ['time-many', 'rate(reservation_confirm_seconds_bucket[5m])'],
    [
      'time-no-number',
      'histogram_quantile(0.9, sum(rate(reservation_confirm_seconds_bucket[5m])))',
    ],
    ['time-other-range', TIME.replace('5m', '1m')],
    ['time-other', `${TIME} / 2`],
    ['time-other-quantile', TIME.replace('0.9', '0.95')],
    ['time-other-quantile', TIME.replace('0.9', '0.5')],
    ['time-other-quantile', TIME.replace('0.9', '90')],
    ['time-whole-le', 'sum(rate(reservation_confirm_seconds_bucket{le="20"}[5m]))'],
    ['time-whole-le', 'sum(rate(reservation_confirm_seconds_bucket{le=~"18|20"}[5m]))'],
  ],
};

/** The designs that are tried without CI: those that differ most. */
const FEW_DESIGNS = [0, 4];

/** The mistakes that are tried without CI: those that people make most. */
const FEW = [
  'expiry-unseen',
  'expiry-on-visit',
  'label-unbounded',
  'time-expired-mixed-in',
  'time-last-only',
];

const lesson = await findLesson('own');
const hints = lesson.checks.flatMap((check) => Object.entries(check.hints));

describe('the checks of own are complete', () => {
  it('each hint has a mistake, a first line and a fuller text', () => {
    const tried = [
      ...MISTAKES.map(({ hint }) => hint),
      ...Object.values(WRONG_QUERIES).flatMap((all) => all.map(([hint]) => hint)),
      // Each in a test of its own.
      'no-promtool',
      'own-1-refused',
    ];
    expect([...new Set(tried)].toSorted()).toEqual(hints.map(([id]) => id).toSorted());
    for (const [id, { first, fuller }] of hints) {
      expect(first.length, id).toBeGreaterThan(10);
      expect(first.length, id).toBeLessThan(140);
      expect(fuller.length, id).toBeGreaterThan(40);
    }
  });

  it('the chapter begins with the questions that are judged, and no query', () => {
    const text = file('begin', 'own.promql');
    expect(readQueries(text)).toEqual(['', '', '']);
    for (const [index, question] of QUESTIONS.entries()) {
      for (const end of ['begin', 'end'] as const) {
        expect(file(end, 'own.promql')).toContain(`# own-${index + 1}: ${question}\n`);
      }
    }
  });
});

describe.concurrent("a design of one's own", () => {
  for (const [number, { name, edits, ...asked }] of DESIGNS.entries()) {
    it(`passes with ${name}`, TIMEOUT, async (context) => {
      if (!FEW_DESIGNS.includes(number)) onlyUnderCI(context);
      const promtool = promtoolOrSkip(context);
      await withDesign({ edits, ...asked }, async (copy) => {
        const { failure } = await checkStep('own', {
          ...copy,
          ...PATIENT,
          promtool: () => promtool,
        });
        expect(failure).toBeUndefined();
      });
    });
  }

  for (const [number, { hint, of, edits, ...asked }] of MISTAKES.entries()) {
    it(`gets the hint ${hint} (${number})`, TIMEOUT, async (context) => {
      const isFirst = MISTAKES.findIndex((one) => one.hint === hint) === number;
      if (!FEW.includes(hint) || !isFirst) onlyUnderCI(context);
      const promtool = promtoolOrSkip(context);
      await withDesign(
        { edits, ...asked },
        async (copy) => {
          const { failure } = await checkStep('own', {
            ...copy,
            ...PATIENT,
            promtool: () => promtool,
          });
          expect(failure?.hintId, JSON.stringify(failure, undefined, 1)).toBe(hint);
        },
        of,
      );
    });
  }
});

describe("a query of one's own", () => {
  let recording: Recording;

  beforeAll(async () => {
    await withDesign({ edits: [] }, async (copy) => {
      const how = { nodeArgs: [], ...copy, ...PATIENT, delayMs: 0 };
      recording = await withSession({ ...how, wantsMetrics: true, withoutRegistry: false }, record);
    });
  }, TIMEOUT.timeout);

  it('gets the hint that fits what it gives', TIMEOUT, async (context) => {
    const promtool = promtoolOrSkip(context);
    const { now, share, time } = WRONG_QUERIES;
    const histogram = {
      name: 'reservation_confirm_seconds',
      edges: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
      holdsExpired: false,
    };
    const rounds = Math.max(now.length, share.length, time.length);
    await Promise.all(
      Array.from({ length: rounds }, async (_, round) => {
        const asked = [now[round], share[round], time[round]];
        const texts = asked.map((one, index) => one?.[1] ?? [NOW, SHARE, TIME][index]!);
        const [ofNow, ofShare, ofTime] = await ask(promtool, recording.history, texts);
        const hints = [
          judgeNow(ofNow!, texts[0]),
          judgeShare(ofShare!, false, texts[1]),
          judgeTime(ofTime!, histogram, texts[2]),
        ];
        expect(
          hints.map((wrong) => wrong?.hint),
          texts.join('\n'),
        ).toEqual(asked.map((one) => one?.[0]));
      }),
    );
  });

  it(
    'is shown with the words of Prometheus where it is none, and needs promtool',
    TIMEOUT,
    async (context) => {
      const promtool = promtoolOrSkip(context);
      await withDesign({ now: 'sum(reservations_open', edits: [] }, async (copy) => {
        const { failure } = await checkStep('own', {
          ...copy,
          ...PATIENT,
          promtool: () => promtool,
        });
        expect(failure?.hintId).toBe('own-1-refused');
        expect(failure?.finding.got).toContain('line 1, column');
        const without = await checkStep('own', { ...copy, ...PATIENT });
        expect(without.failure?.hintId).toBe('no-promtool');
        expect(without.failure?.hint.first).toContain('make prefetch NATIVE=1');
      });
    },
  );
});

it('nine of ten confirm within a time that tells the slow days from the quick ones', () => {
  const times = TIME_MOMENTS.map((at) => nineOfTen(tally(at - WINDOW_S, at).waits));
  expect(times.map(Math.round)).toEqual([19, 5]);
  const nineteenOf20 = TIME_MOMENTS.map((at) => {
    const { waits } = tally(at - WINDOW_S, at);
    return waits[Math.ceil(0.95 * waits.length) - 1]!;
  });
  expect(nineteenOf20.map(Math.round)).toEqual([19, 17]);
});

async function withDesign(
  { edits, ...asked }: Omit<Design, 'name'>,
  use: (copy: Copy) => Promise<void>,
  source = END,
): Promise<void> {
  const files = source === END ? queries(asked) : {};
  return withCompiled(source, { edits, files }, use);
}
