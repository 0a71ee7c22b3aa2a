/** What may be wrong: the answers to WHAT, with the number that is typed. */
export const WHAT = {
  1: 'The registry fails more often.',
  2: 'The registry takes longer.',
  3: 'A page fails, and the registry is not to blame.',
  4: 'Some visitors of a page wait long for their answer.',
  5: 'Requests come in and are never answered.',
  6: 'A gauge counts visitors who have left.',
  7: 'A label takes ever new values.',
  8: 'The event loop is blocked: now and then everything stands still.',
  9: 'The program ends and starts again, over and over.',
  10: 'No visitor reaches the program.',
  11: 'It is a quiet night: fewer visitors come.',
  12: 'It is an attack: many more visitors come.',
  13: 'Somebody fells the forest.',
} as const;
export type What = keyof typeof WHAT;

/** Where it may be: the answers to WHERE. */
export const WHERE = {
  1: '/',
  2: '/treecounter',
  3: '/plant',
  4: '/fell',
  5: 'unmatched: addresses that there are not',
  6: 'the whole program',
  7: 'the registry',
  8: 'in the metrics alone: visitors notice nothing',
  9: 'between the visitors and the program',
} as const;
export type Where = keyof typeof WHERE;

/** The lists that a diagnosis is chosen from, and what is asked of whoever is lost. */
export interface Lists {
  readonly what: Readonly<Record<number, string>>;
  readonly where: Readonly<Record<number, string>>;
  /** Which of them something happens to: it completes "what has changed, when, on which …". */
  readonly among: string;
  /** How to find out where. */
  readonly search: string;
}

/** Those of one program, as in the class. */
export const LISTS: Lists = {
  what: WHAT,
  where: WHERE,
  among: 'page',
  search: 'Ask page by page what is answered, how often and how soon: what stayed as it was?',
};

/** A change of one place in a file of the program: what it looks for stands there exactly once. */
export interface Edit {
  readonly file: 'server.ts' | 'metrics.ts';
  readonly from: string;
  readonly to: string;
}

/** An answer that is nearly right, with what tells it from the right one. */
type Near<Answer extends number> = Readonly<Partial<Record<Answer, string>>>;

/** All that is needed to tell of an incident and to judge its diagnosis. */
export interface Case<AnyWhat extends number = number, AnyWhere extends number = number> {
  /** The call: two sentences that tell what is noticed, and not what it is. */
  readonly call: string;
  readonly what: AnyWhat;
  readonly where: AnyWhere;
  readonly nearWhat: Near<AnyWhat>;
  readonly nearWhere: Near<AnyWhere>;
  /** How it is found, for who is lost: what to compare, and the chapter that taught it. */
  readonly way: string;
  /** A query that shows it. */
  readonly query: string;
  /** A query that looks right, and shows nothing. */
  readonly miss: string;
  /** What it was, once it is found or given away. */
  readonly was: string;
  /** What its diagnosis is chosen from; those of the class, if it has none of its own. */
  readonly lists?: Lists;
}

/** A fault in the program. */
export interface Incident extends Case<What, Where> {
  /** `begun()` says whether the fault has begun, and `pace` shortens its times in a test. */
  readonly edits: readonly Edit[];
}

const server = (from: string, to: string): Edit => ({ file: 'server.ts', from, to });

/** The incidents, by the number that `make incident N=` takes. */
export const INCIDENTS: Readonly<Record<string, Incident>> = {
  1: {
    call: 'It spins. No error anywhere.',
    edits: [
      server(
        '  const trees = await countTrees();',
        `  if (begun() && Math.random() < 0.4) await new Promise(() => {});
  const trees = await countTrees();`,
      ),
    ],
    what: 5,
    where: 2,
    nearWhat: {
      6: 'The gauge climbs in both cases. But do the visitors get their answers? Compare the answers of one page with those of another.',
      4: 'A visitor who waits long is answered in the end, and counted by the histogram. Look for requests that are in no counter.',
    },
    nearWhere: {
      7: 'The registry answers whatever it is asked: it is asked less often. Which page asks it?',
      6: 'One page is enough. Compare the answers per second of each page with those of `/`.',
    },
    way: 'requests_in_progress climbs (chapter 05). A request without an answer is in no counter, so compare the pages (chapter 04): which has fewer answers than before, divided by those of `/`?',
    query:
      'sum(rate(requests_total{job="app",endpoint="/treecounter"}[1m])) / sum(rate(requests_total{job="app",endpoint="/"}[1m]))',
    miss: 'sum(rate(requests_total{job="app",endpoint="/treecounter",status=~"5.."}[1m])) / sum(rate(requests_total{job="app",endpoint="/treecounter"}[1m]))',
    was: 'Four of ten requests for /treecounter wait for something that never comes. They end in no counter and in no histogram: only the gauge and the missing answers show them.',
  },
  2: {
    call: 'Ninety wait at night. Nobody is there.',
    edits: [
      server(
        '  const stopTimer = requestDuration.startTimer({ method, endpoint });',
        `  if (begun() && Math.random() < 0.16) requestsInProgress.inc();
  const stopTimer = requestDuration.startTimer({ method, endpoint });`,
      ),
    ],
    what: 6,
    where: 8,
    nearWhat: {
      5: 'The gauge climbs in both cases. But every page answers as often as before: compare `/treecounter` with `/`.',
      12: 'More visitors would also be more answers per second.',
    },
    nearWhere: {
      6: 'Do visitors of the program notice anything? Compare answers per second, failures and waiting times with those before.',
      2: 'It answers as often as before: compare it with `/`. Do its visitors notice anything?',
    },
    way: 'requests_in_progress climbs (chapter 05). Are visitors really there? Seconds of waiting per second, sum(rate(request_duration_seconds_sum{job="app"}[1m])), are about the visitors who wait on average (chapter 06), and the pages answer as before (chapter 04).',
    query:
      'sum(requests_in_progress{job="app"}) - sum(rate(request_duration_seconds_sum{job="app"}[1m]))',
    miss: 'sum(rate(requests_total{job="app",endpoint="/treecounter"}[1m])) / sum(rate(requests_total{job="app",endpoint="/"}[1m]))',
    was: 'The gauge is raised twice for some requests, and lowered once. All visitors get their answers: only the metric is wrong.',
  },
  3: {
    call: 'Dashboards crawl. What did you deploy?',
    edits: [
      server("visit.path : 'unmatched';", "visit.path : begun() ? visit.path : 'unmatched';"),
    ],
    what: 7,
    where: 5,
    nearWhat: {
      12: 'An attack is more requests per second. Compare their rate with that before: it is the number of series that grows.',
    },
    nearWhere: {
      8: 'It is true that visitors notice nothing. But which label, on which requests? Count the series by endpoint.',
      6: 'All metrics with that label grow. But on which requests does it get the new values? Count the series by endpoint.',
    },
    way: 'scrape_samples_scraped says how many samples each scrape brings (chapter 04). If it grows, count the series: count by (endpoint) (requests_total{job="app"}).',
    query: 'scrape_samples_scraped{job="app"}',
    miss: 'sum(rate(requests_total{job="app"}[1m]))',
    was: 'The label endpoint holds the raw path of each address that there is not, where it held `unmatched`. Every such visit makes some twenty new series.',
  },
  4: {
    call: 'Felling fails. The registry says: not us.',
    edits: [
      server(
        '  if (!registry.fell(species)) return',
        `  if (begun() && Math.random() < 0.25) throw new RegistryError('The tree registry does not answer.');
  if (!registry.fell(species)) return`,
      ),
    ],
    what: 3,
    where: 4,
    nearWhat: {
      1: 'The share of exceptions of the registry is as before (chapter 10). So the failures that came on top are others.',
      13: 'Then more would be felled. Compare the answers of `/fell` by status.',
    },
    nearWhere: {
      2: '`/treecounter` has always failed now and then: compare with before. Ask for the failing share of each page.',
      6: 'In the sum of all pages one of them is hidden. Ask for the failing share of each page.',
    },
    way: 'The failing share of all requests rises a little. Ask for it by page (chapter 04): sum by (endpoint) of the failures, divided by sum by (endpoint) of all.',
    query:
      'sum(rate(requests_total{job="app",endpoint="/fell",status=~"5.."}[1m])) / sum(rate(requests_total{job="app",endpoint="/fell"}[1m]))',
    miss: 'sum(rate(requests_total{job="app",endpoint="/treecounter",status=~"5.."}[1m])) / sum(rate(requests_total{job="app",endpoint="/treecounter"}[1m]))',
    was: 'Every fourth request for /fell is answered by a 503 that blames the registry, which was never asked. The page is small: in the sum of all it hides.',
  },
  5: {
    call: 'Planters wait. p95 is flat.',
    edits: [
      server(
        'function plant(query: URLSearchParams): Answer {',
        `async function plant(query: URLSearchParams): Promise<Answer> {
  const wait = 1200 + Math.random() * 800;
  if (begun() && Math.random() < 0.12) await new Promise((done) => setTimeout(done, wait));`,
      ),
    ],
    what: 4,
    where: 3,
    nearWhat: {
      2: "The registry's own times are as before (chapter 10), and only `/treecounter` asks it.",
      8: 'A blocked event loop holds up every page. Ask for the share over one second by page.',
      5: 'They are answered, only late: the histogram has them, and the gauge does not climb.',
    },
    nearWhere: {
      2: 'Its times are as before. Which page has answers over one second now, and had none?',
      6: 'In all pages together they are few. Ask for the share over one second by page.',
    },
    way: 'A p95 does not see what happens to the slowest few, and a total not what happens to one page. Ask for the share that takes over one second, by page (chapter 07).',
    query:
      '1 - sum by (endpoint) (rate(request_duration_seconds_bucket{job="app",le="1.0"}[1m])) / sum by (endpoint) (rate(request_duration_seconds_count{job="app"}[1m]))',
    miss: 'histogram_quantile(0.95, sum by (le) (rate(registry_duration_seconds_bucket{job="app"}[1m])))',
    was: 'One of eight planters waits for more than a second. In the sum of all pages that is one visitor of forty.',
  },
  6: {
    call: 'All freezes. Then it is fine.',
    edits: [
      server(
        'const registry = createRegistry(settings);',
        `const registry = createRegistry(settings);
const blockSoon = () =>
  setTimeout(block, (8000 + Math.random() * 10_000) * pace).unref();
function block() {
  const end = Date.now() + 1500 * pace;
  while (begun() && Date.now() < end);
  blockSoon();
}
blockSoon();`,
      ),
    ],
    what: 8,
    where: 6,
    nearWhat: {
      2: "The registry's times rise too, but its timer runs in your process: it cannot go off while the process stands still. What else stands still?",
      4: 'Not only one page: visitors of `/` wait as well, before the program has even seen them.',
      9: 'process_start_time_seconds does not change. The same process stands still for a moment.',
    },
    nearWhere: {
      7: "The registry's timer runs in your process: it cannot go off while the process stands still.",
      2: 'All pages stand still. The waiting is before the handler, where no histogram of ours measures it.',
    },
    way: 'The handlers measure nothing, because the wait comes before them. The runtime knows: nodejs_eventloop_lag_max_seconds (chapter 02), with max_over_time around it, since it happens between the scrapes (chapter 05).',
    query: 'max_over_time(nodejs_eventloop_lag_max_seconds{job="app"}[1m])',
    miss: 'histogram_quantile(0.95, sum by (le) (rate(request_duration_seconds_bucket{job="app",endpoint="/"}[1m])))',
    was: 'Every few seconds a loop blocks the process for 1.5 seconds: no request is read, no timer goes off. The histograms start to measure when it is over.',
  },
  7: {
    call: 'The forest is empty. Again.',
    edits: [
      server(
        "await listen(server, settings, 'PORT');",
        `setTimeout(() => process.exit(AGAIN), Math.max(onset - Date.now(), 45_000 * pace)).unref();
await listen(server, settings, 'PORT');`,
      ),
    ],
    what: 9,
    where: 6,
    nearWhat: {
      13: 'Then `/fell` would be called more often. And not only the trees begin at 0 again: look at the other gauges, and for counter resets.',
      8: 'It stands still for a moment because it ends. Since when does this process run?',
      10: 'Only for a moment, and then they come again. Since when does this process run?',
    },
    nearWhere: {
      4: '`/fell` is not called more often. Not only trees are gone: everything in memory is.',
      8: 'Trees are gone: visitors notice that. What else begins at 0 again?',
      9: 'What lies before the program cannot make it forget its trees. What else begins at 0 again?',
    },
    way: 'A rate hides restarts, and a gauge of what is in memory shows them: all trees are gone at once. changes(process_start_time_seconds{job="app"}[20m]) counts the restarts (chapter 05).',
    query: 'changes(process_start_time_seconds{job="app"}[5m])',
    miss: 'sum(rate(requests_total{job="app",endpoint="/fell"}[1m])) / sum(rate(requests_total{job="app"}[1m]))',
    was: 'The program ends without a word every 45 seconds, and something brings it back at once. The restart is too quick for an alert to fire.',
  },
  8: {
    call: 'Donations have stopped. All is green.',
    edits: [
      server(
        '  const { status, headers, body } = await serve',
        `  if (begun() && !request.url?.startsWith('/metrics')) return void request.socket.destroy();
  const { status, headers, body } = await serve`,
      ),
    ],
    what: 10,
    where: 9,
    nearWhat: {
      11: 'On a quiet night few visitors come, but some. How many come now?',
      3: 'A page that fails counts its failures. Is anything counted at all?',
      5: 'Then requests_in_progress would climb. Do any requests come in?',
    },
    nearWhere: {
      6: 'The program runs and is scraped: it has nothing to do. What lies before it?',
      3: 'Not only the donations have stopped. Ask for the requests of all pages.',
    },
    way: 'up is 1, the state is running, and ratios of nothing are NaN, which no alert compares. Ask how many requests per second come in at all: sum(rate(requests_total{job="app"}[1m])) (chapter 04).',
    query: 'sum(rate(requests_total{job="app"}[1m])) == 0',
    miss: 'up{job="app"} == 0',
    was: 'Connections of visitors are closed before their requests are looked at, as by a wrong rule of a firewall. Prometheus gets in: all is green, and nothing happens.',
  },
};

/** What runs in place of the learner's program if there is no fault: for the tests. */
export const HEALTHY: Pick<Incident, 'edits'> = { edits: [] };
