import { keyOf } from './harness/exposition.ts';
import { metricIsThere } from './metric.ts';
import { changeOf, linesOf } from './harness/scrape.ts';
import { boundsOf, changed, HINT_OF, judgeSeconds, totalsOf } from './timing.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const EXCEPTIONS = 'registry_exceptions_total';
const DURATION = 'registry_duration_seconds';
const REQUESTS = 'request_duration_seconds';

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
    'exceptions-some': {
      first: 'Count every exception of the registry: some were counted, and some were not.',
      fuller:
        'The counter rose by less than the number of failures. If the program asks again after a failure, each failed question counts. If it keeps a mark of "failed" outside of the function, questions at the same time share it.',
    },
    'exceptions-all-calls': {
      first: 'Count only when it throws: the counter rose for each call.',
      fuller:
        'Calls that succeed were counted too. The `inc()` belongs in the `catch`, or into what is called when the promise is rejected, not into a `finally`.',
    },
    'exceptions-doubled': {
      first: 'Count each exception once, at one place.',
      fuller:
        'The counter rose by more than the number of failures. Perhaps the function is wrapped twice, or both the wrapper and the handler count.',
    },
    'exceptions-new-series': {
      first: 'Count failures in a series that is there from the start: here a new one came up.',
      fuller:
        'The failures were counted in a series that was not there before, beside one that stays at 0. `rate()` misses the first of each new series, and a label that holds the message of an error can make one for every failure. Leave labels out of this counter.',
    },
  },
  async run(session, fail) {
    const { burst, visitors, asked, exceptions, did } = await questionsOf(session);
    // Asked again, a question fails again: what was asked and not answered has thrown.
    const wanted = Math.max(asked, visitors) - burst.answered;
    const known = session
      .first()
      .samples(EXCEPTIONS)
      .map((sample) => keyOf(sample.labels));
    const fresh = burst.after
      .samples(EXCEPTIONS)
      .filter(({ value, labels }) => value > 0 && !known.includes(keyOf(labels)));
    if (fresh.length > 0) {
      throw fail('exceptions-new-series', {
        did,
        expected: `a series that /metrics showed at first, such as ${EXCEPTIONS} ${wanted}`,
        got: linesOf(burst.after, EXCEPTIONS),
      });
    }
    if (exceptions === wanted || exceptions === burst.failed) return;
    const finding = {
      did,
      expected: `${EXCEPTIONS} rises by ${wanted}`,
      got: `it ${changed(exceptions)}\n${linesOf(burst.after, EXCEPTIONS)}`,
    };
    if (exceptions === 0) throw fail('exceptions-not-counted', finding);
    if (exceptions < burst.failed) throw fail('exceptions-some', finding);
    const all = exceptions === visitors || exceptions === asked;
    throw fail(all ? 'exceptions-all-calls' : 'exceptions-doubled', finding);
  },
});

/** What the burst's questions to the registry did to both metrics. */
async function questionsOf(session: Session) {
  const burst = await session.burst();
  const { before, after, answers, answered, failed } = burst;
  return {
    burst,
    visitors: answers.length,
    asked: changeOf(before, after, `${DURATION}_count`),
    exceptions: changeOf(before, after, EXCEPTIONS),
    did: `asked GET /treecounter ${answers.length} times: ${answered} got a number, ${failed} got 503`,
  };
}

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
    'registry-some': {
      first: 'Time every question: fewer were observed than visitors asked.',
      fuller:
        'Each visitor of /treecounter causes a question to the registry, and not each was observed. A timer that is kept outside of the function belongs to all questions at once: make it a `const` inside.',
    },
    'registry-twice': {
      first: 'Observe each question once: more were observed than got a number or an exception.',
      fuller:
        'Either a question is observed more than once: the function is wrapped twice, or the timer is stopped on two ways that both run. Or the program asks again after a failure, and registry_exceptions_total counts only some of what failed.',
    },
    'registry-shared': {
      first: 'Keep the start of the timer inside the function: two questions share it here.',
      fuller:
        'A question alone was timed in full, and of questions at the same time some were timed from the start of a later one. A `let` outside of the function that is called belongs to all calls, and the second overwrites it while the first waits. `const stopTimer = metric.startTimer()` belongs in the function that `timed` gives back, before the call.',
    },
    'registry-milliseconds': {
      first: 'Observe seconds, not milliseconds: the unit in the name.',
      fuller:
        'The sum grew about a thousand times too fast. `startTimer()` measures in seconds by itself; a difference of two `Date.now()` must be divided by 1000.',
    },
    'registry-unit': {
      first: 'Observe seconds: the sum grew much faster than the time that passed.',
      fuller:
        'The name ends in _seconds, and what was observed is larger than the visitors waited in seconds. Divide milliseconds by 1000, microseconds by 1e6 and nanoseconds by 1e9. If the unit is right, look at where the timer starts: perhaps once for all questions.',
    },
    'registry-whole': {
      first: 'Keep the fractions of a second: what is observed here is a whole number each time.',
      fuller:
        'The registry takes less than a second. Rounded to whole seconds, or given as a constant, all its times are the same. Observe the difference as it is: a histogram needs no rounding.',
    },
    'registry-negative': {
      first: 'Subtract the start from the end: a time is never negative.',
      fuller:
        'The sum fell. The end comes first, `(Date.now() - start) / 1000`. Or let `startTimer()` do it, as `timed` does.',
    },
    'registry-minutes': {
      first: 'Observe seconds, not minutes: the unit in the name.',
      fuller:
        'Sixty times what was observed is the time that the questions took. Prometheus wants base units, and the name ends in _seconds: divide milliseconds by 1000, and by nothing else. `startTimer()`, as in `timed`, measures in seconds by itself.',
    },
    'registry-too-early': {
      first: 'Stop the timer when the promise is settled, not when it is returned.',
      fuller:
        'Much less was observed than the visitors waited. Either the timer was stopped too early: an asynchronous function returns a promise at once, and a wrapper must wait for it, by `await` or by `then`. Or what was observed is only a part of the time, or in a larger unit than seconds.',
    },
  },
  async run(session, fail) {
    const { burst, visitors, asked, exceptions, did } = await questionsOf(session);
    const count = {
      did,
      expected: `${DURATION}_count rises by ${Math.max(visitors, burst.answered + exceptions)}`,
      got: `it ${changed(asked)}, ${EXCEPTIONS} by ${exceptions}\n${totalsOf(burst.after, DURATION)}`,
    };
    if (asked === 0) throw fail('registry-not-timed', count);
    if (asked < visitors) {
      throw fail(asked === burst.answered ? 'registry-failures' : 'registry-some', count);
    }
    // More than there are visitors is right where the program asks again, and then all add up.
    if (asked !== burst.answered + exceptions) throw fail('registry-twice', count);
    const judged = await judgeSeconds(session, ({ before, after }) =>
      changeOf(before, after, `${DURATION}_sum`),
    );
    const { judgement, added: took, burst: last } = judged;
    const sum = {
      did: `asked GET /treecounter ${visitors} times; they waited for ${last.seconds.toFixed(2)} s together`,
      expected: `${DURATION}_sum rises by about ${last.seconds.toFixed(2)}`,
      got: `it ${changed(took)}\n${totalsOf(last.after, DURATION)}`,
    };
    if (judgement !== 'right') throw fail(`registry-${HINT_OF[judgement]}`, sum);
    // Nobody waits for less than the questions that were asked for him took, as the program sees it.
    const at = { endpoint: '/treecounter' };
    const waited = changeOf(last.before, last.after, 'request_duration_seconds_sum', at);
    if (asked > visitors && took > waited * 1.2) throw fail('registry-twice', sum);
  },
});

/** Requests that ask no registry. */
const OTHERS = [
  ['GET', '/'],
  ['GET', '/no/such/page'],
  ['DELETE', '/treecounter'],
  ['POST', '/plant?species=elm'],
  ['POST', '/plant?species=oak'],
  ['POST', '/fell?species=oak'],
  ['POST', '/fell?species=oak'],
] as const;

const registryAlone = check({
  name: 'both move when the registry is asked, and not otherwise',
  hints: {
    'exceptions-others': {
      first: 'Count what the registry throws only: another answer has raised the counter here.',
      fuller:
        'A wrong species, a path that is not there or a tree that does not stand is no failure of the registry. The function that makes error pages is the wrong place to count: it makes those of 400, 404 and 409 too. Wrap `registry.countTrees`.',
    },
    'registry-times-all': {
      first: 'Time the question to the registry only, not the whole request.',
      fuller:
        'The request that is printed above asks no registry, and was observed. request_duration_seconds has the whole request already; the difference of the two tells whether your program or the registry is slow. Wrap `registry.countTrees`, not a handler.',
    },
  },
  async run(session, fail) {
    const follow = (some: readonly (typeof OTHERS)[number][]) =>
      session.expectMoves(
        async () => {
          for (const [method, path] of some) await session.send(method, path);
        },
        [],
        [EXCEPTIONS, DURATION],
      );
    if ((await follow(OTHERS)).right) return;
    for (const one of OTHERS) {
      const { right, extra, expected, got } = await follow([one]);
      if (right) continue;
      const counted = extra.some(({ name }) => name === EXCEPTIONS);
      throw fail(counted ? 'exceptions-others' : 'registry-times-all', {
        did: `sent ${one.join(' ')}`,
        expected,
        got,
      });
    }
  },
});

const registryFromZero = check({
  name: 'registry_duration_seconds has observed nothing before the first question',
  hints: {
    'registry-starts-above-0': {
      first: 'Observe questions only: a histogram without labels is there by itself, at 0.',
      fuller:
        'Before any visitor came, something was observed that took no time at all. An observation that only makes a series is taken for a question, and a quick one. Without labels, no histogram needs it.',
    },
  },
  async run(session, fail) {
    const scrape = session.first();
    // A program may time what `ready()` does by a question of its own: that takes its time.
    if (scrape.sum(`${DURATION}_count`) === 0 || scrape.sum(`${DURATION}_sum`) > 0) return;
    throw fail('registry-starts-above-0', {
      did: 'asked GET /metrics before any page',
      expected: `${DURATION}_count 0`,
      got: totalsOf(scrape, DURATION),
    });
  },
});

const registryBuckets = check({
  name: 'registry_duration_seconds has the buckets of request_duration_seconds',
  hints: {
    'registry-buckets': {
      first: 'Give it the same buckets as request_duration_seconds: let both take one list.',
      fuller:
        'Two histograms with the same buckets can be laid over each other, and one taken from the other. Put the list into a constant, and give it to both.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const [bounds, wanted] = [DURATION, REQUESTS].map((name) => boundsOf(after, name).join(', '));
    if (bounds === wanted) return;
    throw fail('registry-buckets', {
      did: 'asked for /metrics',
      expected: `the buckets ${wanted}, as those of ${REQUESTS}`,
      got: `the buckets ${bounds || '(none)'}`,
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Timers and exceptions',
  learned: 'A function in, the same function out, measured: timing and counting need no new lines.',
  checks: [
    exceptionsThere,
    exceptionsZero,
    registryThere,
    registryFromZero,
    registryAlone,
    exceptionsCounted,
    registryTimed,
    registryBuckets,
  ],
};
