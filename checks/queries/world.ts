import { Recorder, seriesName, type History } from './history.ts';

/** As long as the moments of the questions need, in seconds. */
const LASTS_SECONDS = 1800;

/** As in `prometheus.yaml`. */
const EVERY_SECONDS = 5;

/** What a program tells about its buckets: prom-client's default ones, and those of chapter 07. */
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const OWN_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** The window of a summary, in seconds. */
const WINDOW_SECONDS = 60;

/**
 * What kind of request comes how often, each per second, while it comes at all: `/fell` is idle
 * after ten minutes, `/plant` fails for five, and somebody asks for pages that are not there.
 */
const TRAFFIC: readonly {
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  readonly perSecond: number;
  readonly from?: number;
  readonly to?: number;
}[] = [
  { method: 'GET', endpoint: '/', status: 200, perSecond: 1.1 },
  { method: 'GET', endpoint: '/treecounter', status: 200, perSecond: 1.5 },
  { method: 'GET', endpoint: '/treecounter', status: 503, perSecond: 0.26 },
  { method: 'HEAD', endpoint: '/treecounter', status: 200, perSecond: 0.06 },
  { method: 'other', endpoint: '/treecounter', status: 405, perSecond: 0.02 },
  { method: 'POST', endpoint: '/plant', status: 201, perSecond: 0.5 },
  { method: 'POST', endpoint: '/plant', status: 400, perSecond: 0.05 },
  { method: 'POST', endpoint: '/plant', status: 500, perSecond: 0.06, from: 900, to: 1200 },
  { method: 'POST', endpoint: '/fell', status: 200, perSecond: 0.2, to: 600 },
  { method: 'POST', endpoint: '/fell', status: 409, perSecond: 0.03, to: 600 },
  { method: 'GET', endpoint: 'unmatched', status: 404, perSecond: 0.08 },
];

/** What each route can answer starts at 0. */
const FROM_THE_START: readonly (readonly [string, string, ...number[]])[] = [
  ['GET', '/', 200, 500],
  ['GET', '/treecounter', 200, 500, 503],
  ['POST', '/plant', 201, 400, 500],
  ['POST', '/fell', 200, 400, 409, 500],
];

const SPECIES = ['oak', 'beech', 'pine'];

/** One program in front of the class's Prometheus, with a life of its own. */
interface Life {
  readonly instance: string;
  readonly version: string;
  /** Its share of the visitors. */
  readonly share: number;
  /** How often its registry fails, in place of once. */
  readonly failing: number;
  /** How long its registry takes at most, in seconds. */
  readonly slowestSeconds: number;
  /** When it starts; a scrape that falls between its end and its start is not answered. */
  readonly starts: readonly number[];
  /** When it does not answer. */
  readonly down: readonly (readonly [from: number, to: number])[];
}

/** The first restarts three times, once so that a scrape meets it; the second starts late and ends early. */
const LIVES: readonly Life[] = [
  {
    instance: 'app:8001',
    version: '1.0.0',
    share: 0.8,
    failing: 1,
    slowestSeconds: 1,
    starts: [-600.4, 697.2, 1176.3, 1402.8],
    down: [[694, 697]],
  },
  {
    instance: 'app2:8001',
    version: '1.1.0',
    share: 0.2,
    failing: 2.5,
    slowestSeconds: 1.6,
    starts: [121.7],
    down: [
      [0, 121],
      [1521, LASTS_SECONDS],
    ],
  },
];

/**
 * The half hour that the questions are about: two programs at the end of a step, under traffic, and
 * Prometheus itself. The same each time.
 * @param step 3 or later: it decides which metrics there are
 */
export function halfHour(step: number): History {
  const known = MADE.get(step);
  if (known) return known;
  const recorder = new Recorder(EVERY_SECONDS);
  for (const [index, life] of LIVES.entries()) live(life, step, recorder, randomFrom(index + 1));
  watchItself(recorder);
  const history = recorder.history;
  MADE.set(step, history);
  return history;
}

const MADE = new Map<number, History>();

function watchItself(recorder: Recorder): void {
  for (let now = 0; now <= LASTS_SECONDS; now += EVERY_SECONDS) {
    recorder.scrape(now, { job: 'prometheus', instance: 'localhost:9090' }, [
      ['process_cpu_seconds_total', 40 + 0.031 * now + 0.4 * Math.sin(now / 90)],
      ['process_start_time_seconds', -3600],
      ['process_resident_memory_bytes', 9e7 + 1e4 * now],
    ]);
  }
}

function live(life: Life, step: number, recorder: Recorder, random: () => number): void {
  const target = { job: 'app', instance: life.instance };
  const starts = [...life.starts];
  let program = new Program(life, step, -Infinity, random);
  for (let now = 0; now <= LASTS_SECONDS; now += EVERY_SECONDS) {
    const due = starts[0];
    if (due !== undefined && due <= now) {
      starts.shift();
      program = new Program(life, step, due, random);
    }
    const down = life.down.some(([from, to]) => from <= now && now <= to);
    if (!down) program.runTo(now);
    recorder.scrape(now, target, down ? undefined : program.samples(now));
  }
}

/** A series, and its value. */
type Sample = readonly [series: string, value: number];

/** Buckets, sum and count of durations. */
class Histogram {
  readonly #edges: readonly number[];
  readonly #names: readonly string[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(name: string, labels: Readonly<Record<string, string>>, edges: readonly number[]) {
    this.#edges = edges;
    this.#counts = edges.map(() => 0);
    const limits = [...edges.map(decimal), '+Inf'];
    this.#names = [
      ...limits.map((le) => seriesName(`${name}_bucket`, { ...labels, le })),
      seriesName(`${name}_sum`, labels),
      seriesName(`${name}_count`, labels),
    ];
  }

  observe(seconds: number): void {
    this.#edges.forEach((edge, index) => (this.#counts[index]! += seconds <= edge ? 1 : 0));
    this.#sum += seconds;
    this.#count += 1;
  }

  addTo(samples: Sample[]): void {
    const values = [...this.#counts, this.#count, rounded(this.#sum), this.#count];
    this.#names.forEach((name, index) => samples.push([name, values[index]!]));
  }
}

/** One run of a program: all its counters begin at 0. */
class Program {
  readonly #life: Life;
  readonly #step: number;
  readonly #start: number;
  readonly #random: () => number;
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
  readonly #recent = new Map<string, { at: number; seconds: number }[]>();
  readonly #registry = new Histogram('registry_duration_seconds', {}, OWN_BUCKETS);
  readonly #trees = new Map(SPECIES.map((species, index) => [species, 4 + 3 * index]));
  #until: number;
  #failures = 0;
  #euros = 0;
  #busySeconds = 0.6;

  constructor(life: Life, step: number, start: number, random: () => number) {
    this.#life = life;
    this.#step = step;
    this.#start = start;
    this.#until = Math.max(start, -60);
    this.#random = random;
    for (const [method, endpoint, ...statuses] of FROM_THE_START) {
      for (const status of statuses) this.#requests.set(`${method} ${endpoint} ${status}`, 0);
    }
  }

  /** Lets visitors come. */
  runTo(now: number): void {
    const seconds = now - this.#until;
    this.#until = now;
    for (const {
      method,
      endpoint,
      status,
      perSecond,
      from = -Infinity,
      to = Infinity,
    } of TRAFFIC) {
      if (now <= from || now > to) continue;
      const failing = status === 503 ? this.#life.failing : 1;
      const busy = 1 + 0.4 * Math.sin(now / 170 + endpoint.length);
      const mean = perSecond * this.#life.share * failing * busy * seconds;
      const visits = Math.floor(mean + this.#random());
      for (let visit = 0; visit < visits; visit++) this.#visit(now, method, endpoint, status);
    }
    this.#busySeconds += seconds * (0.01 + 0.03 * this.#random());
  }

  #visit(now: number, method: string, endpoint: string, status: number): void {
    const key = `${method} ${endpoint}`;
    this.#requests.set(`${key} ${status}`, (this.#requests.get(`${key} ${status}`) ?? 0) + 1);
    let seconds = 0.001 + 0.004 * this.#random();
    if (endpoint === '/treecounter' && status !== 405) {
      const asked = this.#life.slowestSeconds * this.#random();
      if (this.#step >= 10) this.#registry.observe(asked);
      if (status === 503) this.#failures += 1;
      seconds += asked;
    } else if (endpoint === '/plant' && this.#random() < 0.15) {
      seconds += 1.3 * this.#random();
    }
    if (this.#step >= 6) this.#observe(key, seconds);
    if (this.#step >= 8) this.#remember(key, { at: now, seconds });
    const species = SPECIES[Math.floor(this.#random() * SPECIES.length)]!;
    if (endpoint === '/plant' && status === 201) {
      this.#trees.set(species, this.#trees.get(species)! + 1);
      this.#euros += Math.ceil(999 * this.#random()) / 100;
    }
    if (endpoint === '/fell' && status === 200) {
      this.#trees.set(species, Math.max(0, this.#trees.get(species)! - 1));
    }
  }

  #observe(key: string, seconds: number): void {
    const histogram =
      this.#durations.get(key) ??
      new Histogram('request_duration_seconds', labelsOf(key), this.#edges);
    this.#durations.set(key, histogram);
    histogram.observe(seconds);
  }

  #remember(key: string, visit: { at: number; seconds: number }): void {
    const recent = this.#recent.get(key) ?? [];
    recent.push(visit);
    this.#recent.set(key, recent);
  }

  get #edges(): readonly number[] {
    return this.#step >= 7 ? OWN_BUCKETS : DEFAULT_BUCKETS;
  }

  /** What `/metrics` says, in the form of the step. */
  samples(now: number): Sample[] {
    const wave = Math.sin(now / 60 + this.#life.share);
    const samples: Sample[] = [
      ['process_cpu_seconds_total', rounded(this.#busySeconds)],
      ['process_start_time_seconds', this.#start],
      ['process_resident_memory_bytes', Math.round(6e7 + 5e6 * wave)],
      ['nodejs_eventloop_lag_p99_seconds', rounded(0.011 + 0.002 * wave)],
      ['donated_euros_total', rounded(this.#euros)],
    ];
    if (this.#step < 4) {
      const all = [...this.#requests.values()].reduce((sum, count) => sum + count, 0);
      samples.push(['requests_total', all]);
    } else {
      for (const [key, count] of this.#requests)
        samples.push([nameOf('requests_total', key), count]);
    }
    if (this.#step >= 5) {
      for (const [species, count] of this.#trees) {
        samples.push([`trees_standing{species="${species}"}`, count]);
      }
      samples.push(
        ['requests_in_progress', Math.floor(4.9 * this.#random() ** 2 * this.#life.share)],
        ['host_memory_free_bytes', Math.round(3.2e9 + 9e8 * wave + 1e7 * this.#random())],
      );
    }
    if (this.#step >= 6) {
      for (const histogram of this.#durations.values()) histogram.addTo(samples);
    }
    if (this.#step >= 8) this.#addSummaries(now, samples);
    if (this.#step >= 9) {
      // The registry answers after a while: until then it is starting.
      const starting = now - this.#start < 12 ? 1 : 0;
      samples.push(
        [`application_info{version="${this.#life.version}",runtime="v24.1.0"}`, 1],
        ['application_state{application_state="starting"}', starting],
        ['application_state{application_state="running"}', 1 - starting],
        ['application_state{application_state="stopping"}', 0],
      );
    }
    if (this.#step >= 10) {
      samples.push(['registry_exceptions_total', this.#failures]);
      this.#registry.addTo(samples);
    }
    samples.push(
      ['scrape_samples_scraped', samples.length],
      ['scrape_duration_seconds', rounded(0.002 + 0.001 * this.#random())],
    );
    return samples;
  }

  #addSummaries(now: number, samples: Sample[]): void {
    for (const [key, visits] of this.#recent) {
      const recent = visits.filter(({ at }) => at > now - WINDOW_SECONDS);
      this.#recent.set(key, recent);
      const times = recent.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
      for (const quantile of [0.5, 0.9, 0.99]) {
        samples.push([
          nameOf('request_processing_seconds', key, { quantile: String(quantile) }),
          rounded(times[Math.ceil(quantile * times.length) - 1] ?? 0),
        ]);
      }
    }
  }
}

/** The names of series that were named before: quoting takes its time. */
const NAMED = new Map<string, string>();

function nameOf(metric: string, key: string, more: Readonly<Record<string, string>> = {}): string {
  const id = `${metric} ${key} ${more.quantile ?? ''}`;
  const name = NAMED.get(id) ?? seriesName(metric, { ...labelsOf(key), ...more });
  NAMED.set(id, name);
  return name;
}

/** The labels in `GET / 200`, or without a status in `GET /`. */
function labelsOf(key: string): Record<string, string> {
  const [method = '', endpoint = '', status] = key.split(' ');
  return { method, endpoint, ...(status ? { status } : {}) };
}

/** As Prometheus 3 stores a bucket's limit: `1.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
