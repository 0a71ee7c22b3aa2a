import { areChosen, differenceOf } from './07-buckets.ts';
import { metricIsThere } from './metric.ts';
import { changeOf, linesOf } from './harness/scrape.ts';
import { boundsOf, judgeSeconds, totalsOf, waited } from './timing.ts';
import { check, type LessonChecks } from './harness/types.ts';

const EXCEPTIONS = 'registry_exceptions_total';
const DURATION = 'registry_duration_seconds';

const exceptionsThere = metricIsThere({
  key: 'exceptions',
  name: EXCEPTIONS,
  type: 'counter',
  near: /registry.*(exception|error|failure)/i,
  naming: 'A counter ends in _total, once; prom-client does not add it.',
  because: 'the number of failures since the start never falls.',
});

const exceptionsCounted = check({
  name: 'each failure of the registry adds 1 to registry_exceptions_total',
  hints: {
    'exceptions-not-counted': {
      first:
        'Wrap what throws: `countExceptions(registryExceptions, registry.countTrees)`, and call that.',
      fuller:
        'The registry failed and the counter did not move. Either the handler still calls `registry.countTrees` itself and not the wrapped function, or the wrapper looks only for what is thrown at once: an asynchronous function throws by rejecting its promise, which has to be awaited.',
    },
    'exceptions-all-calls': {
      first: 'Count only when it throws: the counter rose for each call.',
      fuller:
        'Calls that succeed were counted too. The `inc()` belongs into the `catch`, or into what is called when the promise is rejected, not into a `finally`.',
    },
    'exceptions-doubled': {
      first: 'Count each exception once, at one place.',
      fuller:
        'The counter rose by more than the number of failures. Perhaps the function is wrapped twice, or both the wrapper and the handler count.',
    },
  },
  async run(session, fail) {
    const { before, after, answers, failed } = await session.burst();
    const added = changeOf(before, after, EXCEPTIONS);
    if (added === failed) return;
    const finding = {
      did: `asked GET /treecounter ${answers.length} times; the registry failed ${failed} times`,
      expected: `${EXCEPTIONS} rises by ${failed}`,
      got: `it rises by ${added}\n${linesOf(after, EXCEPTIONS)}`,
    };
    if (added < failed) throw fail('exceptions-not-counted', finding);
    throw fail(added === answers.length ? 'exceptions-all-calls' : 'exceptions-doubled', finding);
  },
});

const exceptionsZero = check({
  name: 'registry_exceptions_total is there from the start, as 0',
  hints: {
    'exceptions-no-zero': {
      first: 'Leave labels out of it: without labels, a counter starts at 0 by itself.',
      fuller:
        'Before the first failure the counter has no value, so `rate()` misses that failure. A counter without labels shows 0 from the start; one with labels needs an `inc(labels, 0)` for each.',
    },
  },
  async run(session, fail) {
    const scrape = session.first();
    const samples = scrape.samples(EXCEPTIONS);
    if (samples.length > 0 && samples.every(({ value }) => value === 0)) return;
    throw fail('exceptions-no-zero', {
      did: 'asked GET /metrics before anything else',
      expected: `${EXCEPTIONS} 0`,
      got: linesOf(scrape, EXCEPTIONS),
    });
  },
});

const registryThere = metricIsThere({
  key: 'registry',
  name: DURATION,
  type: 'histogram',
  near: /registry.*(duration|latency|time|second)/i,
  naming: 'Time is in seconds, its base unit, and the unit ends the name.',
  because: 'its buckets can be added up over many programs, and quantiles computed from them.',
});

const registryTimed = check({
  name: 'registry_duration_seconds holds the seconds of each question, also of those that fail',
  hints: {
    'registry-not-timed': {
      first:
        'Wrap the question: `timed(registryDuration, registry.countTrees)`, and call what it gives back.',
      fuller:
        'The registry was asked and nothing was observed. `timed` changes nothing by itself: it gives a new function, and only calls of that one are timed. The handler must call it in place of `registry.countTrees`.',
    },
    'registry-failures': {
      first: 'Time the failures too: stop the timer whether the promise is kept or rejected.',
      fuller:
        'As many observations are missing as questions failed. Stop the timer in a `finally`, or in both functions that `then` takes: failures are often the slowest.',
    },
    'registry-twice': {
      first: 'Each question is observed more than once: time it at one place.',
      fuller:
        'The count rose by more than the number of questions. Perhaps the function is wrapped twice, or the timer is stopped on two ways that both run.',
    },
    'registry-milliseconds': {
      first: 'Observe seconds, not milliseconds: the unit in the name.',
      fuller:
        'The sum grew about a thousand times too fast. `startTimer()` measures in seconds by itself; a difference of two `Date.now()` must be divided by 1000.',
    },
    'registry-too-early': {
      first: 'Stop the timer when the promise is settled, not when the function returns it.',
      fuller:
        'An asynchronous function returns a promise at once. A wrapper that stops its timer then measures nothing: it must wait for the promise, by `await` or by `then`, before it stops the timer.',
    },
  },
  async run(session, fail) {
    const burst = await session.burst();
    const { before, after, answers, failed, seconds } = burst;
    const added = changeOf(before, after, `${DURATION}_count`);
    const finding = {
      did: `asked GET /treecounter ${answers.length} times, which took ${seconds.toFixed(2)} s together; ${failed} failed`,
      expected: `${DURATION}_count rises by ${answers.length}, its sum by about ${seconds.toFixed(2)}`,
      got: `the count rises by ${added}\n${totalsOf(after, DURATION)}`,
    };
    if (added === 0) throw fail('registry-not-timed', finding);
    if (added > answers.length) throw fail('registry-twice', finding);
    if (added < answers.length) throw fail('registry-failures', finding);
    const judgement = judgeSeconds(changeOf(before, after, `${DURATION}_sum`), waited(burst));
    if (judgement === 'too much') throw fail('registry-milliseconds', finding);
    if (judgement === 'too little') throw fail('registry-too-early', finding);
  },
});

const registryAlone = check({
  name: 'registry_duration_seconds times nothing but the registry',
  hints: {
    'registry-times-all': {
      first: 'Time the question to the registry only, not the whole request.',
      fuller:
        'GET / asks no registry, and was observed. request_duration_seconds has the whole request already; the difference of the two tells whether your program or the registry is slow. Wrap `registry.countTrees`, not a handler.',
    },
  },
  async run(session, fail) {
    const { before, after } = await session.observe(
      () => session.send('GET', '/'),
      (earlier, later) =>
        changeOf(earlier, later, `request_duration_seconds_count`) >= 1 &&
        changeOf(earlier, later, `requests_total`) >= 1,
    );
    if (changeOf(before, after, `${DURATION}_count`) === 0) return;
    throw fail('registry-times-all', {
      did: 'sent GET /, which asks no registry',
      expected: `${DURATION}_count stays`,
      got: totalsOf(after, DURATION),
    });
  },
});

const registryBuckets = check({
  name: 'registry_duration_seconds has the buckets 0.1, 0.2 … 1',
  hints: {
    'registry-buckets': {
      first: 'Give it the same buckets as request_duration_seconds: 0.1, 0.2 and so on up to 1.',
      fuller:
        'Two histograms with the same buckets can be laid over each other. Put the list into a constant, and give it to both.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const bounds = boundsOf(after, DURATION);
    if (areChosen(bounds)) return;
    const expected = 'the buckets 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1';
    throw fail('registry-buckets', {
      did: 'asked for /metrics',
      expected,
      got: differenceOf(bounds),
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Timers and exceptions',
  learned: 'A function in, the same function out, measured: timing and counting need no new lines.',
  checks: [
    exceptionsThere,
    exceptionsZero,
    exceptionsCounted,
    registryThere,
    registryAlone,
    registryTimed,
    registryBuckets,
  ],
};
