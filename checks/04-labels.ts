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

interface Labels extends Record<string, string> {
  method: string;
  endpoint: string;
  status: string;
}

const series = (labels: Labels) =>
  `${NAME}{${LABELS.map((label) => `${label}="${labels[label]}"`).join(',')}}`;

/** Sends one request and looks which series it moved, and whether it was the right one by 1. */
async function follow(session: Session, method: string, path: string, labels: Labels) {
  const { before, after } = await session.observe(
    () => session.send(method, path),
    (earlier, later) => changeOf(earlier, later, NAME, labels) >= 1,
  );
  const moved = after.samples(NAME).filter((sample) => {
    const earlier = before.samples(NAME).find((one) => sameLabels(one.labels, sample.labels));
    return sample.value !== (earlier?.value ?? 0);
  });
  const finding = {
    did: `sent ${method} ${path}`,
    expected: `${series(labels)} rises by 1`,
    got:
      moved.length === 0
        ? `nothing of ${NAME} moves\n${linesOf(after, NAME)}`
        : `this moves: ${moved.map(lineOf).join('\n')}`,
  };
  const right = moved.length === 1 && changeOf(before, after, NAME, labels) === 1;
  return { right, moved: moved.map((sample) => sample.labels), finding };
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]))
  );
}

const labelled = check({
  name: 'GET / is counted with method, endpoint and status',
  hints: {
    'inc-without-labels': {
      first: 'Give `inc()` its labels: `requests.inc({ method, endpoint, status })`.',
      fuller:
        'A series without labels rose. `labelNames` only says which labels there can be; their values come with each `inc()`. prom-client takes an `inc()` without them silently, and counts a series of its own that no query by label finds.',
    },
    'label-names': {
      first: 'Call the labels method, endpoint and status, letter for letter.',
      fuller:
        'The counter has labels with other names than these three. Queries such as `sum by (status) (rate(requests_total[1m]))` name them, so every program that is looked at by the same dashboard must agree. Change them in `labelNames` and at `inc()`.',
    },
    'label-case': {
      first: 'Write the values of method in capitals, as HTTP does: GET, HEAD, POST.',
      fuller:
        'To Prometheus, method="get" and method="GET" are two series. If one line of a program writes capitals and another small letters, every query sees half of the requests. HTTP writes methods in capitals: take them as they come.',
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
    const { right, moved, finding } = await follow(session, 'GET', '/', wanted);
    if (right) return;
    const [labels = {}] = moved;
    if (moved.some((one) => LABELS.every((label) => one[label] === undefined))) {
      throw fail(Object.keys(labels).length === 0 ? 'inc-without-labels' : 'label-names', finding);
    }
    if (LABELS.some((label) => labels[label] === undefined)) throw fail('label-names', finding);
    if (labels.method !== 'GET') throw fail('label-case', finding);
    if (labels.status !== '200') throw fail('status-wrong', finding);
    throw fail('endpoint-wrong', finding);
  },
});

const eachAnswer = check({
  name: 'each answer is counted under its own endpoint and status',
  hints: {
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
      const wanted = { method, endpoint, status };
      const { right, moved, finding } = await follow(session, method, path, wanted);
      if (right) continue;
      if (moved.some((labels) => labels.endpoint?.includes('?'))) {
        throw fail('query-in-label', finding);
      }
      const [labels = {}] = moved;
      if (labels.endpoint !== endpoint) throw fail('endpoint-fixed', finding);
      if (labels.method !== method) throw fail('method-fixed', finding);
      throw fail('status-fixed', finding);
    }
  },
});

const registryFailures = check({
  name: 'a registry failure is counted as 503',
  hints: {
    'success-too-early': {
      first: 'Count after the registry has answered: this failure was counted as a 200.',
      fuller:
        'The counter was told 200 before the registry had answered, and then it failed: the visitor saw 503, and the metric says that all is well. Count where the answer is known, with the status that is really sent.',
    },
    'failure-otherwise': {
      first: 'Count a registry failure with the status that the visitor gets: 503.',
      fuller:
        'The visitors got 503, and no series with status="503" rose by as much. Perhaps the label is a word such as "error", or another code. Take the status from the answer itself.',
    },
  },
  async run(session, fail) {
    const { before, after, answers, answered, failed } = await session.burst();
    const at = { method: 'GET', endpoint: '/treecounter' };
    const ok = changeOf(before, after, NAME, { ...at, status: '200' });
    const bad = changeOf(before, after, NAME, { ...at, status: '503' });
    if (ok === answered && bad === failed) return;
    const finding = {
      did: `asked GET /treecounter ${answers.length} times: ${answered} got 200 and ${failed} got 503`,
      expected: `status="200" rises by ${answered}, status="503" by ${failed}`,
      got: `they rise by ${ok} and ${bad}\n${linesOf(after, NAME, at)}`,
    };
    if (ok > answered) throw fail('success-too-early', finding);
    throw fail('failure-otherwise', finding);
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
    'unmatched-value': {
      first: 'Call the shared value "unmatched".',
      fuller:
        'Unknown paths share one series, as they should, but under another name. Queries and dashboards here know it as endpoint="unmatched".',
    },
  },
  async run(session, fail) {
    const paths = ['/nowhere', '/trees/oak', '//', '/plant/'];
    for (const path of paths) {
      const wanted = { method: 'GET', endpoint: 'unmatched', status: '404' };
      const { right, moved, finding } = await follow(session, 'GET', path, wanted);
      if (right) continue;
      const raw = moved.some((labels) => Object.values(labels).some((text) => text.includes(path)));
      throw fail(raw ? 'raw-path' : 'unmatched-value', finding);
    }
  },
});

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
        'A visitor can send any method, real or made up, and each became a series of its own. Keep the values of a label to a short list that you know, and one value for all the rest.',
    },
    'other-value': {
      first: 'Call the shared value "other", in small letters.',
      fuller:
        'The rare methods share one series, as they should, but under another name. Here it is method="other".',
    },
  },
  async run(session, fail) {
    const head = { method: 'HEAD', endpoint: '/', status: '200' };
    const first = await follow(session, 'HEAD', '/', head);
    if (!first.right) throw fail('head-label', first.finding);
    for (const method of ['DELETE', 'PROPFIND']) {
      const wanted = { method: 'other', endpoint: '/', status: '405' };
      const { right, moved, finding } = await follow(session, method, '/', wanted);
      if (right) continue;
      const raw = moved.some((labels) => labels.method?.toUpperCase() === method);
      throw fail(raw ? 'raw-method' : 'other-value', finding);
    }
  },
});

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
      const got = linesOf(scrape, NAME);
      const all = missing.length === wanted.length;
      throw fail(all ? 'no-zeros' : 'some-zeros-missing', { did, expected, got });
    }
    const wrong = wanted.find((labels) => scrape.sum(NAME, labels) !== 0);
    if (!wrong) return;
    const got = linesOf(scrape, NAME, wrong);
    throw fail('zeros-not-zero', { did, expected: `${series(wrong)} 0`, got });
  },
});

export const lesson: LessonChecks = {
  title: 'Labels',
  learned:
    'Labels split one metric into series; their values come from short lists, and start at 0.',
  checks: [labelled, eachAnswer, registryFailures, unmatched, methods, initialZeros],
};
