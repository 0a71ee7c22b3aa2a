import { metricIsThere } from './metric.ts';
import { changeOf, linesOf } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const requestsThere = metricIsThere({
  key: 'requests',
  name: 'requests_total',
  type: 'counter',
  near: /^(http_)?requests?(_counter|_count|_number)?(_total)*$/i,
  naming: 'A counter ends in _total, once, and is spelt in small letters.',
  because: 'the number of requests only ever rises, and `rate()` needs a counter.',
});

const scrapesNotCounted = check({
  name: 'a scrape is not counted as a request',
  hints: {
    'metrics-counted': {
      first: 'Leave /metrics out of requests_total: Prometheus is no visitor.',
      fuller:
        'Prometheus scrapes every five seconds, day and night. Counted as requests, its scrapes hide how few or how many people come. Count where the visitors pass and /metrics does not, or ask for the path before you count.',
    },
  },
  async run(session, fail) {
    const before = await session.scrape();
    await session.scrape();
    const after = await session.scrape();
    if (changeOf(before, after, 'requests_total') === 0) return;
    throw fail('metrics-counted', {
      did: 'asked GET /metrics three times, and nothing else',
      expected: linesOf(before, 'requests_total'),
      got: linesOf(after, 'requests_total'),
    });
  },
});

/** One of each kind of request, with what it is for a person. */
const KINDS = [
  ['GET', '/', 'the front page'],
  ['POST', '/plant?species=pine', 'a planting'],
  ['POST', '/fell?species=pine', 'a felling'],
  ['POST', '/plant?species=elm', 'a wrong species (400)'],
  ['GET', '/nowhere', 'an unknown path (404)'],
  ['DELETE', '/', 'a wrong method (405)'],
  ['HEAD', '/', 'a HEAD request'],
] as const;

const eachRequestCounts = check({
  name: 'each request adds 1 to requests_total',
  hints: {
    'not-counted': {
      first: 'Call `requests.inc()` once for each request that is answered.',
      fuller:
        'requests_total is there and did not move. A counter counts nothing by itself: call its `inc()` at the place that every request passes, once its answer is known.',
    },
    'some-not-counted': {
      first: 'Count at the one place that all requests pass, not in single handlers.',
      fuller:
        'Some requests are counted and this one is not. Mistakes and unknown paths are requests too, and often the ones that you want to know about. Find the place where every answer goes out, and count there.',
    },
    'counted-twice': {
      first: 'One request is counted more than once: keep a single `inc()` on its way.',
      fuller:
        'The counter rose by more than 1 for one request. Look for an `inc()` in the handler and another one around it, or for a request that runs through the same function twice.',
    },
    'counted-wrongly': {
      first: 'Give `inc()` no amount here: one request adds 1.',
      fuller:
        'Without an amount, `inc()` adds 1. The counter moved by something else than whole requests, so it was given a number that counts something different.',
    },
    'counter-falls': {
      first: 'A counter never goes back: take out what resets it.',
      fuller:
        'After a request the value was smaller than before. Prometheus reads that as a restart of the program. Do not call `reset()`: the rate of the last minutes is what a query makes of the counter, not what the program does to it.',
    },
  },
  async run(session, fail) {
    let counted = 0;
    for (const [method, path, what] of KINDS) {
      const { before, after } = await session.observe(
        () => session.send(method, path),
        (earlier, later) => changeOf(earlier, later, 'requests_total') >= 1,
      );
      const added = changeOf(before, after, 'requests_total');
      if (added === 1) {
        counted++;
        continue;
      }
      const finding = {
        did: `sent ${method} ${path}: ${what}`,
        expected: `requests_total rises by 1, from ${before.sum('requests_total')}`,
        got: `it moves by ${added}\n${linesOf(after, 'requests_total')}`,
      };
      if (added < 0) throw fail('counter-falls', finding);
      if (added === 0) {
        throw fail(
          counted === 0 && !(await countsAnything(session)) ? 'not-counted' : 'some-not-counted',
          finding,
        );
      }
      throw fail(
        Number.isInteger(added) && added < 5 ? 'counted-twice' : 'counted-wrongly',
        finding,
      );
    }
  },
});

/** Whether the eight questions to the registry have moved the counter. */
async function countsAnything(session: Session) {
  const { before, after } = await session.burst();
  return changeOf(before, after, 'requests_total') !== 0;
}

const failuresCount = check({
  name: 'a request counts also when the registry fails',
  hints: {
    'failures-not-counted': {
      first: 'Count after the answer is known, whatever it is: an error skips the lines behind it.',
      fuller:
        '`await registry.countTrees()` throws when the registry fails, and the lines after it in the handler are skipped, your `inc()` among them. The bad moments go missing, which are those that you watch for. Count where the error has already become an answer, or in a `finally`.',
    },
  },
  async run(session, fail) {
    const { before, after, answers, failed } = await session.burst();
    const added = changeOf(before, after, 'requests_total');
    if (added >= answers.length) return;
    throw fail('failures-not-counted', {
      did: `asked GET /treecounter ${answers.length} times; the registry failed ${failed} times`,
      expected: `requests_total rises by ${answers.length}`,
      got: `it rises by ${added}\n${linesOf(after, 'requests_total')}`,
    });
  },
});

const donationsThere = metricIsThere({
  key: 'donations',
  name: 'donated_euros_total',
  type: 'counter',
  near: /donat/i,
  naming: 'The unit comes before the end, in its base form, and a counter ends in _total, once.',
  because: 'what was donated since the start never falls.',
});

const donationsAdd = check({
  name: 'planting adds the donation to donated_euros_total',
  hints: {
    'donation-not-added': {
      first:
        'Call `donatedEuros.inc(euros)` where a tree is planted: `registry.plant` returns the euros.',
      fuller:
        '`registry.plant(species)` gives back the donation that came in with the tree. Hand it to the counter: `donatedEuros.inc(euros)`. A counter may grow by fractions.',
    },
    'donation-counts-one': {
      first:
        'Give the amount to `inc()`: without one it adds 1, and counts donations instead of euros.',
      fuller:
        '`inc()` adds 1, `inc(euros)` adds the amount. The name says euros, so the value must be euros: how much was donated, not how often.',
    },
    'donation-rounded': {
      first: 'Add the amount as it is: a counter takes fractions, and rounding loses the cents.',
      fuller:
        'Each donation has cents, and the counter grew by whole numbers. A sum of rounded amounts drifts away from the truth. Counters are floating-point numbers: hand over the amount unrounded.',
    },
    'donation-in-cents': {
      first: 'Count in euros, the unit in the name: a donation is 10 euros at most.',
      fuller:
        'The counter grew by more than a donation can be. Perhaps it counts cents. One metric has one unit, and the name tells it: donated_euros_total is in euros.',
    },
  },
  async run(session, fail) {
    const name = 'donated_euros_total';
    const did = 'sent POST /plant?species=oak three times';
    const added: number[] = [];
    let got = '';
    for (let i = 0; i < 3; i++) {
      const { before, after } = await session.observe(
        () => session.send('POST', '/plant?species=oak'),
        (earlier, later) => changeOf(earlier, later, name) > 0,
      );
      added.push(changeOf(before, after, name));
      got = linesOf(after, name);
    }
    const finding = {
      did,
      expected: `${name} rises each time by a donation, such as 3.47`,
      got: `it rises by ${added.join(', ')}\n${got}`,
    };
    if (added.some((euros) => euros <= 0)) throw fail('donation-not-added', finding);
    if (added.every((euros) => euros === 1)) throw fail('donation-counts-one', finding);
    if (added.some((euros) => euros > 10)) throw fail('donation-in-cents', finding);
    if (added.some((euros) => Number.isInteger(euros))) throw fail('donation-rounded', finding);
  },
});

export const lesson: LessonChecks = {
  title: 'Counters',
  followedBy: 'Prometheus and Grafana',
  learned: 'A counter only rises, by 1 or by any amount, and counts failures like everything else.',
  checks: [
    requestsThere,
    scrapesNotCounted,
    eachRequestCounts,
    failuresCount,
    donationsThere,
    donationsAdd,
  ],
};
