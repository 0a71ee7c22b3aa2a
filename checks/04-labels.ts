import { STATUS_CODES } from 'node:http';
import { donationsThere, requestsThere } from './03-counters.ts';
import type { Finding } from './harness/failure.ts';
import { compareMoves, movesBetween } from './harness/moves.ts';
import { changeOf, linesOf, lineOf, type Scrape } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NAME = 'requests_total';
const LABELS = ['method', 'endpoint', 'status'];

/** What each route can answer to its own method: the series that are there from the start. */
const ANSWERS: readonly (readonly [method: string, endpoint: string, status: string])[] = [
  ['GET', '/', '200'],
  ['GET', '/', '500'],
  ['GET', '/treecounter', '200'],
  ['GET', '/treecounter', '500'],
  ['GET', '/treecounter', '503'],
  ['POST', '/plant', '201'],
  ['POST', '/plant', '400'],
  ['POST', '/plant', '500'],
  ['POST', '/fell', '200'],
  ['POST', '/fell', '400'],
  ['POST', '/fell', '409'],
  ['POST', '/fell', '500'],
];

const ENDPOINTS = new Set(ANSWERS.map(([, endpoint]) => endpoint));

interface Labels extends Record<string, string> {
  method: string;
  endpoint: string;
  status: string;
}

const series = (labels: Labels) =>
  `${NAME}{${LABELS.map((label) => `${label}="${labels[label]}"`).join(',')}}`;

/** What became of one request: whether it moved the right series by 1 and no other, and which. */
interface Followed {
  readonly right: boolean;
  readonly path: string;
  readonly status: number;
  /** The labels of what moved and was not to; else of what moved. */
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly finding: Finding;
}

/** A path without the slashes around it and without capitals. */
const bare = (path = '') => path.toLowerCase().replaceAll(/^\/|\/$/g, '');

/** Sends one request and looks which series it moved. */
async function follow(
  session: Session,
  method: string,
  path: string,
  wanted: (status: number) => Labels,
): Promise<Followed> {
  const { before, after, result } = await session.observe(
    () => session.send(method, path),
    (earlier, later) => changeOf(earlier, later, NAME) >= 1,
  );
  const moved = movesBetween(before, after, [requestsThere.metric!]);
  const move = { name: NAME, labels: wanted(result.status), by: 1 };
  const { right, extra, expected, got } = compareMoves(moved, [move], after, [NAME]);
  const { labels = {} } = extra[0] ?? moved[0] ?? {};
  const finding = { did: `sent ${method} ${path}`, expected, got };
  return { right, path, status: result.status, labels, finding };
}

const labelled = check({
  name: 'GET / is counted with method, endpoint and status',
  hints: {
    'inc-without-labels': {
      first: 'Give `inc()` its labels: `requests.inc({ method, endpoint, status })`.',
      fuller:
        'A series without labels rose. `labelNames` only says which labels there can be; their values come with each `inc()`. prom-client takes an `inc()` without them silently, and counts a series of its own that no query by label finds.',
    },
    'label-missing': {
      first: 'Give `inc()` all three labels: `requests.inc({ method, endpoint, status })`.',
      fuller:
        'The series that rose lacks one of method, endpoint and status. `labelNames` only says which labels there can be: prom-client takes an `inc()` that leaves one out, and counts a series without it, which no query by that label finds.',
    },
    'label-names': {
      first: 'Call the labels method, endpoint and status, letter for letter.',
      fuller:
        'The series that rose lacks one of these three, and has a label with another name. Queries such as `sum by (status) (rate(requests_total[1m]))` name them, so every program that is looked at by the same dashboard must agree. Change them in `labelNames` and at `inc()`. Further labels may stay beside the three.',
    },
    'label-swapped': {
      first: 'Values stand under the names of other labels: put each under its own.',
      fuller:
        'The right values came, under the wrong names. `labels(…)` takes values in the order of `labelNames`, and a slip there goes unseen; with `inc({ method: …, endpoint: …, status: … })` each value stands beside its name.',
    },
    'label-case': {
      first: 'Write the values of method in capitals, as HTTP does: GET, HEAD, POST.',
      fuller:
        'To Prometheus, method="get" and method="GET" are two series. If one line of a program writes capitals and another small letters, every query sees half of the requests. HTTP writes methods in capitals: take them as they come.',
    },
    'method-wrong': {
      first: 'Let the label method be the method of the request, such as GET.',
      fuller:
        'The label carries what the request begins with: GET, HEAD or POST, and one word for all others. `visit.method` holds it.',
    },
    'status-wrong': {
      first: 'Let the label status be the code of the answer: "200", not a word or a class.',
      fuller:
        'The label carries the status code as it is sent. A query makes classes of them when it wants to: `status=~"5.."`.',
    },
    'endpoint-wrong': {
      first: 'Let the label endpoint be the route as `routes` knows it, such as "/" or "/plant".',
      fuller:
        'The label carries the route that took the request, beginning with a slash. Take the key of `routes`, not a name of your own for it.',
    },
  },
  async run(session, fail) {
    const wanted = { method: 'GET', endpoint: '/', status: '200' };
    const { right, labels, finding } = await follow(session, 'GET', '/', () => wanted);
    if (right) return;
    if (Object.keys(labels).length === 0) throw fail('inc-without-labels', finding);
    if (LABELS.some((label) => labels[label] === undefined)) {
      const others = Object.keys(labels).some((label) => !LABELS.includes(label));
      throw fail(others ? 'label-names' : 'label-missing', finding);
    }
    const valuesOf = (of: typeof labels) => LABELS.map((label) => of[label]?.toUpperCase());
    if (valuesOf(labels).toSorted().join() === valuesOf(wanted).toSorted().join()) {
      const inPlace = labels.endpoint === wanted.endpoint && labels.status === wanted.status;
      throw fail(inPlace ? 'label-case' : 'label-swapped', finding);
    }
    if (labels.method !== 'GET') {
      throw fail(labels.method?.toUpperCase() === 'GET' ? 'label-case' : 'method-wrong', finding);
    }
    if (labels.status !== '200') throw fail('status-wrong', finding);
    throw fail('endpoint-wrong', finding);
  },
});

const eachAnswer = check({
  name: 'each answer is counted under its own endpoint and status',
  hints: {
    'answer-without-labels': {
      first: 'Give each `inc()` its three labels: this answer is counted without all of them.',
      fuller:
        'GET / has its labels, and the series that rose here lacks some of them, or all. There is more than one `inc()` on the way of the requests: each needs `{ method, endpoint, status }`, or better, leave one that all pass.',
    },
    'query-in-label': {
      first: 'Leave the query out of the label: endpoint="/plant", whatever follows the "?".',
      fuller:
        'The endpoint is the route, and what stands behind the "?" belongs to the visitor. In a label, each new query makes a new series, which stays until the program ends. `visit.path` has no query.',
    },
    'status-fixed': {
      first: 'Take status from the answer that goes out: not every request ends with 200.',
      fuller:
        'The request was answered with another status than the one that was counted. The label is written before the answer is known, or it is a constant. Count after the answer is made, with `answer.status`.',
    },
    'endpoint-spelling': {
      first: 'Spell endpoint like the route, letter for letter: here a slash or the case differs.',
      fuller:
        'The endpoint is the route that was asked, in another spelling. To Prometheus, /plant and /plant/ are two series, and every query would have to know both. Take the key of `routes` as it is.',
    },
    'endpoint-fixed': {
      first: 'Take endpoint from the request: each route has its own value.',
      fuller:
        'Another endpoint was counted than the one that was asked. The label must come from the path of this very request: `routes.has(visit.path) ? visit.path : "unmatched"`.',
    },
    'method-fixed': {
      first: 'Take method from the request: POST is counted as POST.',
      fuller:
        'Another method was counted than the one that was sent. The label must come from this very request: `visit.method`.',
    },
  },
  async run(session, fail) {
    for (const [method, path, status] of [
      ['POST', '/plant?species=beech', '201'],
      ['POST', '/fell?species=beech', '200'],
      ['POST', '/fell?species=beech', '409'],
      ['POST', '/plant?species=elm', '400'],
    ] as const) {
      const endpoint = path.split('?')[0]!;
      const wanted = () => ({ method, endpoint, status });
      const { right, labels, finding } = await follow(session, method, path, wanted);
      if (right) continue;
      if (LABELS.some((label) => labels[label] === undefined)) {
        throw fail('answer-without-labels', finding);
      }
      if (labels.endpoint?.includes('?')) throw fail('query-in-label', finding);
      if (labels.endpoint !== endpoint) {
        const isSame = bare(labels.endpoint) === bare(endpoint);
        throw fail(isSame ? 'endpoint-spelling' : 'endpoint-fixed', finding);
      }
      throw fail(labels.method === method ? 'status-fixed' : 'method-fixed', finding);
    }
  },
});

const registryFailures = check({
  name: 'a registry failure is counted as 503',
  hints: {
    'labels-shared': {
      first:
        'Keep the labels of a request in a `const` of its function: another one came in between.',
      fuller:
        'While /treecounter waited for the registry, another visitor came, and visits were counted with what belongs to somebody else. A variable at the top of a file is there once for all requests: after an `await` it may hold what the next visitor wrote. Use a `const` inside the function that counts.',
    },
    'treecounter-otherwise': {
      first: 'Count a visit to /treecounter under endpoint="/treecounter", letter for letter.',
      fuller:
        'The visits to this route were counted, and no series with its name has moved. Either the value is cut or spelled in another way, or this route gets a name of its own. Take the key of `routes`, in the same line for all of them.',
    },
    'success-too-early': {
      first: 'Count after the registry has answered: this failure was counted as a 200.',
      fuller:
        'The counter was told 200 before the registry had answered, and then it failed: the visitor saw 503, and the metric says that all is well. Count where the answer is known, with the status that is really sent.',
    },
    'failure-otherwise': {
      first: 'Count a registry failure as the visitor sees it: GET, /treecounter, 503.',
      fuller:
        'The visitors got 503, and the series of GET, /treecounter and 503 did not rise by as much. Perhaps the label is a word such as "error", or another code, or failures are counted at a place of their own. Take the status from the answer itself.',
    },
  },
  async run(session, fail) {
    const { before, after, answers, answered, failed } = await session.burst();
    const at = { method: 'GET', endpoint: '/treecounter' };
    const other = { method: 'POST', endpoint: '/plant', status: '400' };
    const wanted = [
      { name: NAME, labels: { ...at, status: '200' }, by: answered },
      { name: NAME, labels: { ...at, status: '503' }, by: failed },
      { name: NAME, labels: other, by: 1 },
    ];
    const moved = movesBetween(before, after, [requestsThere.metric!]);
    const { right, expected, got } = compareMoves(moved, wanted, after, [NAME]);
    if (right) return;
    const finding = {
      did: `asked GET /treecounter ${answers.length} times (${answered} got 200, ${failed} got 503), and sent POST /plant?species=elm meanwhile`,
      expected,
      got,
    };
    const change = (labels: Record<string, string>) => changeOf(before, after, NAME, labels);
    const strange = change({ endpoint: '/plant' }) !== 1 || change({ method: 'POST' }) !== 1;
    if (strange) throw fail('labels-shared', finding);
    if (change({ endpoint: at.endpoint }) === 0 && change({}) > 1) {
      throw fail('treecounter-otherwise', finding);
    }
    const early = change({ ...at, status: '200' }) > answered;
    throw fail(early ? 'success-too-early' : 'failure-otherwise', finding);
  },
});

const unmatched = check({
  name: 'unknown paths share one series: endpoint="unmatched"',
  hints: {
    'raw-path': {
      first: 'Never put the raw path into a label: unknown ones share endpoint="unmatched".',
      fuller:
        'Each path that somebody makes up became a series of its own, and a series stays until the program ends. Anybody can fill your memory, and that of Prometheus, with a loop. A label takes values from a short list that you know: the routes, and one value for all the rest.',
    },
    'unmatched-route': {
      first:
        'Let endpoint be a route only for its very path: this one got 404, so it is unmatched.',
      fuller:
        'The visitor was told that there is no such page, and a known route was counted for it. /plant/ is not /plant, nor is a path that only begins like a route or differs in capitals. Ask the same table that finds the handler: `routes.has(visit.path) ? visit.path : "unmatched"`.',
    },
    'route-otherwise': {
      first: 'Find the route once, for the answer and for endpoint: here the two disagree.',
      fuller:
        'The program knows this path, since its answer is not 404, but the endpoint is not the route that answered. One line that finds the handler and another one that makes the label look at the path in different ways: with and without capitals, or with and without a slash at the end.',
    },
    'unmatched-labels': {
      first: 'Count an unknown path with all labels, as any other: only endpoint is "unmatched".',
      fuller:
        'An unknown path is asked with a method, and answered with a status, 404. Both labels say so, and the endpoint is "unmatched".',
    },
    'unmatched-several': {
      first: 'Let all unknown paths share one value, endpoint="unmatched": here they have several.',
      fuller:
        'Different unknown paths were counted under different values. A number, a class or a part that is computed from the path makes as many series as there are results: more than one helps nobody, and a thousand are a thousand series for each method.',
    },
    'unmatched-value': {
      first: 'Call the shared value "unmatched".',
      fuller:
        'The unknown paths that were asked share one series, under another name. Queries and dashboards here know it as endpoint="unmatched".',
    },
  },
  async run(session, fail) {
    const ask = (path: string) =>
      // A router that takes /plant/ for /plant finds the route: its answer is not 404.
      follow(session, 'GET', path, (status) => {
        const route = path.toLowerCase().replace(/\/$/, '');
        const endpoint = status !== 404 && ENDPOINTS.has(route) ? route : 'unmatched';
        return { method: 'GET', endpoint, status: `${status}` };
      });
    // All of them: where one is wrong, the others tell in which way.
    const asked: Followed[] = [];
    for (const path of UNKNOWN) asked.push(await ask(path));
    const wrong = asked.find(({ right }) => !right);
    if (!wrong) return;
    if (asked.every(({ right, status }) => right || status !== 404)) {
      throw fail('route-otherwise', wrong.finding);
    }
    const raw = asked.find((one) => holdsPath(one));
    if (raw) throw fail('raw-path', raw.finding);
    const { endpoint } = wrong.labels;
    if (endpoint === undefined || endpoint === 'unmatched') {
      throw fail('unmatched-labels', wrong.finding);
    }
    if (ENDPOINTS.has(endpoint)) throw fail('unmatched-route', wrong.finding);
    const values = asked
      .filter(({ status }) => status === 404)
      .map(({ labels }) => labels.endpoint);
    const others = new Set(values.filter((value) => value && !ENDPOINTS.has(value)));
    if (others.size <= 1) throw fail('unmatched-value', wrong.finding);
    const got = asked.map((one) => `${one.path}: ${one.finding.got}`).join('\n');
    throw fail('unmatched-several', {
      did: `asked for ${UNKNOWN.join(', ')}`,
      expected: `each time endpoint="unmatched"`,
      got,
    });
  },
});

/** Paths that no route has, some of which look like one. */
const UNKNOWN = ['/nowhere', '/trees/oak', '/plant/', '/Plant', '/%'];

/** Whether a label holds the path that was asked, or the beginning of it. */
function holdsPath({ path, labels, right }: Followed): boolean {
  if (right || path.length < 3) return false;
  return Object.values(labels).some((value = '') => {
    if (ENDPOINTS.has(value) || bare(value) === '') return false;
    return bare(value).includes(bare(path)) || (value[0] === '/' && path.startsWith(value));
  });
}

const methods = check({
  name: 'HEAD is counted as HEAD, rare methods as "other"',
  hints: {
    'head-label': {
      first: 'Keep HEAD apart: method="HEAD".',
      fuller:
        'HEAD is answered like GET, but it is another method: those who watch whether the site is alive often use it. Take the label from the request, not from the handler that serves it.',
    },
    'raw-method': {
      first: 'Let every method but GET, HEAD and POST share method="other".',
      fuller:
        'A visitor can send any of more than thirty methods, and this one became a series of its own. Keep the values of a label to a short list that you know, and one value for all the rest.',
    },
    'other-value': {
      first: 'Call the shared value "other", in small letters.',
      fuller:
        'The rare methods that were sent share one series, under another name. Here it is method="other".',
    },
    'method-labels': {
      first: 'Only method depends on the method: endpoint is the route, status what was sent.',
      fuller:
        'The path is known, so its endpoint is the route, also where the method is wrong: 405 says "this page, but not so", and "unmatched" is for paths that are not there. The status is the one that went out.',
    },
  },
  async run(session, fail) {
    const expected = (method: string) => (status: number) => ({
      method,
      endpoint: '/',
      status: `${status}`,
    });
    const head = await follow(session, 'HEAD', '/', expected('HEAD'));
    if (!head.right) {
      throw fail(head.labels.method === 'HEAD' ? 'method-labels' : 'head-label', head.finding);
    }
    const asked: Followed[] = [];
    for (const method of RARE) asked.push(await follow(session, method, '/', expected('other')));
    const wrong = asked.find(({ right }) => !right);
    if (!wrong) return;
    const values = asked.map(({ labels }) => labels.method ?? '');
    const isRaw = values.some((value, i) => value.toUpperCase() === RARE[i]);
    if (isRaw || new Set(values).size > 1) throw fail('raw-method', wrong.finding);
    throw fail(values[0] === 'other' ? 'method-labels' : 'other-value', wrong.finding);
  },
});

const RARE = ['DELETE', 'PROPFIND'];

const bounded = check({
  name: 'another query, browser or moment makes no new series',
  hints: {
    'label-unbounded': {
      first: 'Leave out the label that has no short list of values: from the visitor, or a time.',
      fuller:
        'What came with the request, or the moment at which it came, stands in a label: a part of the query, the browser, an address, a time or a number that is counted up. Each new value is a new series, in your program and in Prometheus, and stays. Such things belong in a log; a label takes one of a few values that you know beforehand.',
    },
    'label-message': {
      first: 'Leave messages out of the labels: the status says what happened.',
      fuller:
        'A sentence stands in a label. Messages change with the wording and with what they tell, such as a name or a number, and each is a series of its own. The status tells one kind of failure from another; the sentence belongs in a log.',
    },
  },
  async run(session, fail) {
    const ask = (mark: string) =>
      session.observe(
        async () => {
          const headers = {
            'user-agent': `check/1.0 (${mark})`,
            referer: `http://${mark}.example/`,
          };
          await session.send('GET', `/?visit=${mark}`, headers);
          await session.send('POST', `/plant?species=oak&by=${mark}`, headers);
          await session.send('POST', `/plant?species=${mark}`, headers);
          await session.send('POST', '/fell?species=oak', headers);
        },
        (before, after) => changeOf(before, after, NAME) >= 4,
      );
    const did = 'sent GET / and POST /plant, each twice, with another query and User-Agent';
    const metrics = [requestsThere.metric!, donationsThere.metric!];
    const one = await ask(MARKS[0]);
    const two = await ask(MARKS[1]);
    const first = movesBetween(one.before, one.after, metrics);
    const second = movesBetween(two.before, two.after, metrics);
    const keys = new Set(first.map(({ name, labels }) => keyOf(name, labels)));
    const fresh = second.filter(({ name, labels }) => !keys.has(keyOf(name, labels)));
    if (fresh.length > 0) {
      const values = fresh.flatMap(({ labels }) => Object.values(labels));
      const isMessage = values.some((value) => isSentence(value) && !value.includes(MARKS[1]));
      throw fail(isMessage ? 'label-message' : 'label-unbounded', {
        did,
        expected: 'the second time the same series as the first time',
        got: [...fresh, ...first].map(({ text }) => text).join('\n'),
      });
    }
    for (const { name } of metrics) {
      for (const sample of two.after.samples(name)) {
        const others = Object.entries(sample.labels).filter(([label]) => !LABELS.includes(label));
        const expected = 'no label with a time or a sentence in it';
        const finding = { did, expected, got: lineOf(sample) };
        if (others.some(([, value]) => TIME.test(value))) throw fail('label-unbounded', finding);
        if (others.some(([, value]) => isSentence(value))) throw fail('label-message', finding);
      }
    }
  },
});

/** What two visitors send, wherever they can. */
const MARKS = ['elm-17', 'larch-4711'] as const;

const keyOf = (name: string, labels: Readonly<Record<string, string>>) =>
  JSON.stringify([name, Object.entries(labels).toSorted()]);

/** A date, a time of day with seconds, or the seconds or milliseconds since 1970. */
const TIME = /\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|^1\d{9}(\d{3})?(\.\d+)?$/;

/** Whether a label's value is a message: three words or more, but for the names of the statuses. */
function isSentence(value: string): boolean {
  const words = value.replace(/^\d+ /, '');
  return !Object.values(STATUS_CODES).includes(words) && /\S\s+\S+\s+\S/.test(words);
}

const initialZeros = check({
  name: 'what each route can answer is there from the start, as 0',
  hints: {
    'no-zeros': {
      first: 'Start each known series with `requests.inc({ method, endpoint, status }, 0)`.',
      fuller:
        'A series begins with its first `inc()`. If that adds 1, Prometheus never sees the step from 0 to 1, and `rate()` misses the first event: the first 503 of the day raises no alert. Loop over what each route can answer and add 0. `labels(...)` alone makes no series.',
    },
    'some-zeros-missing': {
      first: 'One of the known answers has no series yet: add it to the list of zeros.',
      fuller:
        'What the routes can answer: / 200 and 500; /treecounter 200, 500 and 503; /plant 201, 400 and 500; /fell 200, 400, 409 and 500. Each is a series that starts at 0, the rare ones above all: they are those that you want to see begin.',
    },
    'zeros-not-zero': {
      first: 'Add 0 at the start, not 1: `inc(labels)` without an amount adds 1.',
      fuller:
        'The series are there from the start, but they count a request that nobody sent. The second argument of `inc` is the amount: `requests.inc(labels, 0)`.',
    },
  },
  async run(session, fail) {
    const scrape: Scrape = session.first();
    const did = 'asked GET /metrics before anything else';
    const wanted = ANSWERS.map(([method, endpoint, status]) => ({ method, endpoint, status }));
    const missing = wanted.filter((labels) => scrape.samples(NAME, labels).length === 0);
    if (missing.length > 0) {
      const expected = `${series(missing[0]!)} 0`;
      const got = `/metrics has no line of ${series(missing[0]!)}\n${linesOf(scrape, NAME)}`;
      const all = missing.length === wanted.length;
      throw fail(all ? 'no-zeros' : 'some-zeros-missing', { did, expected, got });
    }
    // Where /metrics has a port of its own, the question for it on the other one was unmatched.
    const wrong = scrape
      .samples(NAME)
      .find(({ labels, value }) => value !== 0 && labels.endpoint !== 'unmatched');
    if (!wrong) return;
    const expected = lineOf({ ...wrong, value: 0 });
    throw fail('zeros-not-zero', { did, expected, got: lineOf(wrong) });
  },
});

export const lesson: LessonChecks = {
  title: 'Labels',
  learned:
    'Labels split one metric into series; their values come from short lists, and start at 0.',
  checks: [labelled, eachAnswer, registryFailures, unmatched, methods, bounded, initialZeros],
};
