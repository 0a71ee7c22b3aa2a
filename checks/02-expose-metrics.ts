import { shown } from './01-bare-handler.ts';
import { firstLines, linesOf } from './harness/scrape.ts';
import { check, type LessonChecks } from './harness/types.ts';

const metricsAnswer = check({
  name: '/metrics answers with text',
  hints: {
    'no-metrics': {
      first: 'Add a route for /metrics that answers with the text of `register.metrics()`.',
      fuller:
        'Prometheus asks the program at /metrics. Import `register` from "prom-client", and add the route beside the others: status 200, the header Content-Type from `register.contentType`, and as body `await register.metrics()`.',
    },
    'metrics-not-awaited': {
      first: 'Put `await` before `register.metrics()`: what was sent is the promise, not its text.',
      fuller:
        '`register.metrics()` may have to ask each metric for its value, so it returns a promise of the text. Put into a string, a promise reads "[object Promise]"; made into JSON, it reads "{}". Write `await register.metrics()`, in a function that is `async`.',
    },
    'metrics-empty': {
      first:
        '/metrics answers with nothing in it: call `collectDefaultMetrics()` once, at the start.',
      fuller:
        'The registry is empty, so its text is too. `collectDefaultMetrics()` fills it with what Node and the operating system know about the process. If you call it, look which registry it fills and which one /metrics shows: both must be the same.',
    },
  },
  async run(session, fail) {
    const { firstAnswer } = session;
    const did = 'asked GET /metrics';
    const expected = 'status 200 and lines such as process_cpu_seconds_total 0.12';
    const got = shown(firstAnswer);
    const body = firstAnswer.body.trim();
    if (/\[object Promise\]/.test(body) || body === '{}') {
      throw fail('metrics-not-awaited', { did, expected, got });
    }
    if (firstAnswer.status !== 200) throw fail('no-metrics', { did, expected, got });
    if (body === '') throw fail('metrics-empty', { did, expected, got });
  },
});

const contentType = check({
  name: 'the Content-Type says that it is a text for Prometheus',
  hints: {
    'content-type': {
      first: 'Send the header Content-Type with the value of `register.contentType`.',
      fuller:
        'Prometheus 3 looks at the header before it reads a line: a scrape without Content-Type, or with text/html or application/json, makes the target DOWN. `register.contentType` holds the right value, with its version. A program whose other answers are HTML must set it for this one.',
    },
  },
  async run(session, fail) {
    const type = session.firstAnswer.headers['content-type'];
    if (type && /^(text\/plain|application\/openmetrics-text)\s*(;|$)/i.test(type)) return;
    throw fail('content-type', {
      did: 'asked GET /metrics',
      expected: 'Content-Type: text/plain; version=0.0.4; charset=utf-8',
      got: type ? `Content-Type: ${type}` : 'an answer without Content-Type',
    });
  },
});

const defaultMetrics = check({
  name: '/metrics shows process_* and nodejs_*',
  hints: {
    'default-metrics': {
      first: 'Call `collectDefaultMetrics()` once, where the program starts.',
      fuller:
        'prom-client brings metrics of the process and of Node along, and collects them only when asked. `collectDefaultMetrics()` fills the global registry; if /metrics shows a registry of your own, hand it over: `collectDefaultMetrics({ register: yours })`.',
    },
    'default-prefix': {
      first: 'Leave `prefix` out of `collectDefaultMetrics()`: these names are known everywhere.',
      fuller:
        'process_cpu_seconds_total bears this name in every program of every language, so that one dashboard serves all. A prefix hides it. What tells your program from others are the labels `job` and `instance`, which Prometheus adds.',
    },
  },
  async run(session, fail) {
    const scrape = session.first();
    const wanted = ['process_cpu_seconds_total', 'nodejs_version_info'];
    const missing = wanted.find((name) => !scrape.family(name));
    if (!missing) return;
    const did = 'asked GET /metrics';
    const prefixed = scrape.families().find(({ name }) => name.endsWith(missing));
    throw prefixed
      ? fail('default-prefix', { did, expected: missing, got: prefixed.name })
      : fail('default-metrics', {
          did,
          expected: `a line of ${missing}`,
          got: firstLines(scrape.text, 4),
        });
  },
});

const freshMetrics = check({
  name: 'each scrape shows the values of now',
  hints: {
    'stale-metrics': {
      first: 'Call `register.metrics()` for each request, inside the handler.',
      fuller:
        'Two scrapes one after the other gave the very same text, although the process has worked in between. The text was made once, when the program started, and is sent again and again. The values are read when `register.metrics()` is called: call it inside the handler.',
    },
    'metrics-cleared': {
      first: 'Leave the registry as it is: no `register.clear()` where the metrics are read.',
      fuller:
        'The first scrape showed metrics that a later one does not have, or not with the value that they had: something takes them out, or makes them again, in between. `register.clear()` throws away all metrics with their values, and `resetMetrics()` the values. Prometheus reads a counter that falls as a restart of the program.',
    },
  },
  async run(session, fail) {
    const first = session.first();
    // Memory and time are used between two scrapes; on a coarse clock it can take a few.
    const last = await session.settle(({ text }) => text !== first.text);
    if (last.text !== first.text) {
      const name = 'process_cpu_seconds_total';
      if (last.samples(name).length > 0 && last.sum(name) >= first.sum(name)) return;
      throw fail('metrics-cleared', {
        did: 'asked GET /metrics twice',
        expected: `${linesOf(first, name)}, or more`,
        got: linesOf(last, name),
      });
    }
    const line = /^process_cpu_seconds_total.*$/m.exec(last.text)?.[0] ?? firstLines(last.text, 1);
    throw fail('stale-metrics', {
      did: 'asked GET /metrics several times',
      expected: 'values that move, such as those of process_cpu_seconds_total',
      got: `each time ${line}`,
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Expose metrics',
  learned: 'Prometheus pulls: the program only shows its metrics at /metrics, as text, when asked.',
  checks: [metricsAnswer, contentType, defaultMetrics, freshMetrics],
};
