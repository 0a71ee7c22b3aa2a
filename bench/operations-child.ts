import { Counter, Gauge, Histogram, Summary } from 'prom-client';
import { Bench } from 'tinybench';
import { quantile } from '../workshop/quantile.ts';

/** Operations a sample: one alone is shorter than the clock can tell. */
const BATCH = 1000;

/** The operations take turns so often, as the steps do: what else the machine does meets all of them. */
const PASSES = 5;

const help = 'x';
const labels = { method: 'GET', endpoint: '/treecounter' };
const labelNames = ['method', 'endpoint'] as const;

// As the durations of requests are: no two alike, most of them short.
const seconds = Float64Array.from({ length: 65_536 }, (_, i) => -Math.log1p(-((i * 0.618034) % 1)));
let drawn = 0;
const next = () => seconds[drawn++ & 65_535]!;

const counter = new Counter({ name: 'plain_total', help });
const labelled = new Counter({
  name: 'labelled_total',
  help,
  labelNames: [...labelNames, 'status'] as const,
});
const gauge = new Gauge({ name: 'gauge', help });

const histograms = [10, 50].map((count) => {
  const buckets = Array.from({ length: count }, (_, i) => (i + 1) / count);
  const name = `histogram_${count}_seconds`;
  return { count, metric: new Histogram({ name, help, labelNames, buckets }) };
});
const steps10 = Array.from({ length: 10 }, (_, i) => (i + 1) / 10);
const unlabelled = new Histogram({ name: 'unlabelled_seconds', help, buckets: steps10 });

const window = (ageBuckets: number) => ({ maxAgeSeconds: 60, ageBuckets });
const three = [0.5, 0.9, 0.99];
const summaries = [
  { title: '3 quantiles, window of 2 parts', options: { percentiles: three, ...window(2) } },
  { title: '3 quantiles, window of 5 parts', options: { percentiles: three, ...window(5) } },
  {
    title: '3 quantiles, window of 2 parts, compressCount 5000',
    options: { percentiles: three, ...window(2), compressCount: 5000 },
  },
].map(({ title, options }, i) => ({
  title,
  metric: new Summary({ name: `summary_${i}_seconds`, help, labelNames, ...options }),
}));

// prom-client starts all parts of a window as one and the same digest, in which the second of two
// equal observations is cheap. After a minute each part is its own: that is how a program runs.
const { now: today } = Date;
Date.now = () => today() + 61_000;
for (const { metric } of summaries) metric.observe({ ...labels }, next());
Date.now = today;

/** What is measured; the names are those of `STEP_11` in operations.ts, too. */
const operations: [name: string, run: () => unknown][] = [
  ['empty call', () => {}],
  ['counter', () => counter.inc()],
  ['counter, 3 labels', () => labelled.inc({ ...labels, status: 200 })],
  ['gauge, inc and dec', () => (gauge.inc(), gauge.dec())],
  ...histograms.map(({ count, metric }): [string, () => unknown] => [
    `histogram, ${count} buckets, 2 labels`,
    () => metric.observe({ ...labels }, next()),
  ]),
  ['timer: histogram, 10 buckets', () => unlabelled.startTimer()()],
  [
    'timer: histogram, 10 buckets, 2 labels',
    () => histograms[0]!.metric.startTimer({ ...labels })(),
  ],
  ...summaries.map(({ title, metric }): [string, () => unknown] => [
    `summary, 2 labels, ${title}`,
    () => metric.observe({ ...labels }, next()),
  ]),
];

/**
 * Processor time in milliseconds, of all threads: what other programs do does not count. Windows
 * counts it too coarsely.
 */
function now(): number {
  if (process.platform === 'win32') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const time = Number(process.argv[2]) / PASSES;
const bench = new Bench({ time, iterations: 10, warmupTime: time, warmupIterations: 3, now });
for (const [name, run] of operations) {
  bench.add(name, () => {
    for (let i = 0; i < BATCH; i++) run();
  });
}
await bench.warmup();
const means = operations.map((): number[] => []);
for (let pass = 0; pass < PASSES; pass++) {
  await bench.run();
  // The mean, not the median: a summary tidies up now and then, and that belongs to its cost.
  bench.tasks.forEach(({ result }, i) => means[i]!.push(result!.mean));
}
process.send!(
  bench.tasks.map(({ name }, i) => ({
    name,
    nanoseconds: (quantile(means[i]!, 0.5) * 1e6) / BATCH,
  })),
  () => process.exit(),
);
