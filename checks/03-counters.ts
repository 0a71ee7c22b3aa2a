import { amountOf, amountsIn, judgeDonations, type Donation } from './donations.ts';
import { metricIsThere } from './metric.ts';
import type { Finding } from './harness/failure.ts';
import { compareMoves, movesBetween } from './harness/moves.ts';
import { changeOf, figure, lineOf, linesOf } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const REQUESTS = 'requests_total';
const DONATIONS = 'donated_euros_total';

export const requestsThere = metricIsThere({
  key: 'requests',
  name: REQUESTS,
  type: 'counter',
  near: /^(http_)?requests?(_counter|_count|_number)?(_total)*$/i,
  naming: 'A counter ends in _total, once, and is spelled in small letters.',
  because: 'the number of requests only ever rises, and `rate()` needs a counter.',
});

const COUNTED = { name: REQUESTS, type: 'counter', restless: false } as const;

const scrapesNotCounted = check({
  name: 'a scrape is not counted as a request',
  hints: {
    'metrics-counted': {
      first: 'Leave /metrics out of requests_total: Prometheus is no visitor.',
      fuller:
        'Prometheus scrapes every five seconds, day and night. Counted as requests, its scrapes hide how few or how many people come. Count where the visitors pass and /metrics does not, or ask for the path before you count.',
    },
    'reset-by-scrape': {
      first: 'Let a scrape only read: take `reset`, `resetMetrics` or `clear` out of /metrics.',
      fuller:
        'Between two scrapes nothing was asked, and the counter fell or went away. Whoever asks next misses what was counted before: Prometheus is not the only one that looks. A counter counts from the start of the program, and a query makes the difference of two scrapes from it.',
    },
  },
  async run(session, fail) {
    const { after: before } = await session.observe(
      () => session.send('GET', '/'),
      (earlier, later) => changeOf(earlier, later, REQUESTS) >= 1,
    );
    await session.scrape();
    const after = await session.scrape();
    const change = changeOf(before, after, REQUESTS);
    const isThere = after.samples(REQUESTS).length >= session.first().samples(REQUESTS).length;
    if (change === 0 && isThere) return;
    const did = 'asked GET /metrics three times, and nothing else';
    if (change > 0) {
      const moved = movesBetween(before, after, [COUNTED]);
      const { expected, got } = compareMoves(moved, [], after, [REQUESTS]);
      throw fail('metrics-counted', { did, expected, got });
    }
    throw fail('reset-by-scrape', {
      did,
      expected: linesOf(isThere ? before : session.first(), REQUESTS),
      got: linesOf(after, REQUESTS),
    });
  },
});

/** One of each kind of request, with what it is for a person. Those of `BAD` are mistakes. */
const GOOD = [
  ['GET', '/', 'the front page'],
  ['POST', '/plant?species=pine', 'a planting'],
  ['POST', '/fell?species=pine', 'a felling'],
  ['HEAD', '/', 'a HEAD request'],
] as const;
const BAD = [
  ['POST', '/plant?species=elm', 'a wrong species (400)'],
  ['GET', '/nowhere', 'an unknown path (404)'],
  ['DELETE', '/', 'a wrong method (405)'],
] as const;

const eachRequestCounts = check({
  name: 'each request adds 1 to requests_total',
  hints: {
    'starts-not-zero': {
      first: 'Let the counter begin at 0, as it does by itself: nobody has asked for anything yet.',
      fuller:
        'The first scrape came before any request, and requests_total was not 0. An `inc()` where the program starts counts a visitor who was never there. A counter without labels shows 0 from the start: nothing has to be done for it.',
    },
    'not-counted': {
      first: 'Call `requests.inc()` once for each request that is answered.',
      fuller:
        'requests_total is there and did not move. A counter counts nothing by itself: call its `inc()` at the place that every request passes, once its answer is known.',
    },
    'successes-only': {
      first: 'Count mistakes too: here the good answers count, and 400, 404 and 405 do not.',
      fuller:
        'A request that gets 400, 404 or 405 was answered too, and often it is one that you want to know about. Perhaps an `if` asks for the status before it counts, or `inc()` stands in the handlers, behind what turns a visitor away. Count every answer, where it goes out; chapter 04 tells good from bad.',
    },
    'some-not-counted': {
      first: 'Count at the one place that all requests pass: this kind of request is left out.',
      fuller:
        'Some requests are counted and this one is not. Either `inc()` stands in single handlers, or a condition before it leaves this kind out. Mistakes and unknown paths are requests too, and often the ones that you want to know about. Find the place where every answer goes out, and count there.',
    },
    'counted-twice': {
      first: 'One request is counted more than once: keep a single `inc()`, without an amount.',
      fuller:
        'The counter rose by more than 1 for one request. Look for an `inc()` in the handler and another one around it, for an amount in its brackets, or for a request that runs through the same function twice.',
    },
    'counted-wrongly': {
      first: 'Give `inc()` no amount here: one request adds 1.',
      fuller:
        'Without an amount, `inc()` adds 1. The counter moved by something else than that, so perhaps it was given a number that counts something different.',
    },
    'counter-falls': {
      first: 'A counter never goes back: take out what resets it.',
      fuller:
        'After a request the value was smaller than before. Prometheus reads that as a restart of the program. Do not call `reset()`: the rate of the last minutes is what a query makes of the counter, not what the program does to it.',
    },
  },
  async run(session, fail) {
    await beginsAtZero(session, (got) =>
      fail('starts-not-zero', {
        did: 'asked GET /metrics before anything else',
        expected: `${REQUESTS} 0`,
        got,
      }),
    );
    let counted = 0;
    for (const [method, path, what] of [...GOOD, ...BAD]) {
      const { right, before, after, expected, got } = await session.expectMoves(
        () => session.send(method, path),
        [{ name: REQUESTS, by: 1 }],
        [REQUESTS],
      );
      if (right) {
        counted++;
        continue;
      }
      const added = changeOf(before, after, REQUESTS);
      const finding = { did: `sent ${method} ${path}: ${what}`, expected, got };
      if (added < 0) throw fail('counter-falls', finding);
      if (added > 0) {
        throw fail(
          Number.isInteger(added) && added > 1 && added < 5 ? 'counted-twice' : 'counted-wrongly',
          finding,
        );
      }
      if (counted === 0 && !(await countsAnything(session))) throw fail('not-counted', finding);
      const onlyGood = counted === GOOD.length && !(await countsAny(session, BAD));
      throw fail(onlyGood ? 'successes-only' : 'some-not-counted', finding);
    }
  },
});

/** Where a counter has labels, the chapter about them says what begins at 0. */
async function beginsAtZero(session: Session, failure: (got: string) => Error) {
  const samples = session.first().samples(REQUESTS);
  const wrong = samples.find(({ labels, value }) => Object.keys(labels).length === 0 && value);
  if (!wrong) return;
  // Where /metrics has a port of its own, the question for it on the other one was a request.
  if ((await session.send('GET', '/metrics')).status === 404) return;
  throw failure(lineOf(wrong));
}

/** Whether the eight questions to the registry have moved the counter. */
async function countsAnything(session: Session) {
  const { before, after } = await session.burst();
  return changeOf(before, after, REQUESTS) !== 0;
}

async function countsAny(session: Session, requests: typeof BAD) {
  const { before, after } = await session.observe(
    () => Promise.all(requests.map(([method, path]) => session.send(method, path))),
    (earlier, later) => changeOf(earlier, later, REQUESTS) !== 0,
  );
  return changeOf(before, after, REQUESTS) !== 0;
}

const failuresCount = check({
  name: 'a request counts also when the registry fails',
  hints: {
    'failures-not-counted': {
      first: 'Count after the answer is known, whatever it is: an error skips the lines behind it.',
      fuller:
        '`await registry.countTrees()` throws when the registry fails, and the lines after it in the handler are skipped, your `inc()` among them. The bad moments go missing, which are those that you watch for. Count where the error has already become an answer, or in a `finally`.',
    },
    'treecounter-twice': {
      first:
        'A visit to /treecounter counts more than once: is a first try still in `treecounter`?',
      fuller:
        'The other pages count once, and /treecounter more often. The chapter tries an `inc()` in `treecounter` before it finds the right place: take it out, whether it stands before the `await` or after it. The one that all requests pass is enough.',
    },
    'treecounter-not-counted': {
      first: 'Visits to /treecounter are missing in the count: let them pass the same `inc()`.',
      fuller:
        'The counter rose by less than the visits to /treecounter, and not by as many as the registry answered. Look how this route gets to its answer, and whether it passes the `inc()` that the others pass.',
    },
  },
  async run(session, fail) {
    const { before, after, answers, answered, failed } = await session.burst();
    // Beside these, a visitor asked for something else.
    const added = changeOf(before, after, REQUESTS) - 1;
    if (added === answers.length) return;
    const finding = {
      did: `asked GET /treecounter ${answers.length} times, and sent POST /plant?species=elm; the registry failed ${failed} times`,
      expected: `${REQUESTS} rises by ${answers.length + 1}`,
      got: [
        `it ${added < -1 ? `falls by ${-added - 1}` : `rises by ${added + 1}`}`,
        ...movesBetween(before, after, [requestsThere.metric!]).map(({ text }) => text),
      ]
        .slice(0, 8)
        .join('\n'),
    };
    if (added > answers.length) throw fail('treecounter-twice', finding);
    throw fail(added === answered ? 'failures-not-counted' : 'treecounter-not-counted', finding);
  },
});

export const donationsThere = metricIsThere({
  key: 'donations',
  name: DONATIONS,
  type: 'counter',
  near: /donat/i,
  naming: 'The unit comes before the end, in its base form, and a counter ends in _total, once.',
  because: 'what was donated since the start never falls.',
});

/** What brings no donation. */
const NO_DONATION = [
  ['POST', '/fell?species=oak'],
  ['POST', '/fell?species=beech'],
  ['POST', '/fell?species=pine'],
  ['POST', '/plant?species=elm'],
  ['POST', '/plant'],
  ['GET', '/plant?species=oak'],
  ['GET', '/'],
] as const;

const donationsAdd = check({
  name: 'planting adds the donation to donated_euros_total, and nothing else does',
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
        'Each donation has cents, and the counter grew by rounder numbers. A sum of rounded amounts drifts away from the truth. Counters are floating-point numbers: hand over the amount unrounded.',
    },
    'donation-in-cents': {
      first: 'Add each donation once, and in euros, the unit in the name: it is 10 euros at most.',
      fuller:
        'The counter grew by more than a donation can be. Perhaps it counts cents, or something is added to the amount. One metric has one unit, and the name tells it: donated_euros_total is in euros.',
    },
    'donation-twice': {
      first: 'Add each donation once: here twice the amount on the page came in.',
      fuller:
        'The counter grew by two times what the page says. Look for a second `donatedEuros.inc(euros)`, such as one in the handler and one around it, or for an amount that is multiplied.',
    },
    'donation-before': {
      first: 'Add the donation of this planting: here the one of the visitor before was added.',
      fuller:
        'The counter grew by what the page before this one said. The amount is kept in a variable that all requests share, and read before it is set. Keep it where it belongs to one request: `const euros = registry.plant(species)`, and hand it to `inc` right there.',
    },
    'donation-other': {
      first: 'Add exactly what `registry.plant` returned for this tree, and ask it only once.',
      fuller:
        'The counter did not grow by a donation as it came in. An amount of your own, a share of the donation, or a second call of `registry.plant`, which plants a second tree, gives another sum than the visitors were told. `const euros = registry.plant(species)` once, then `donatedEuros.inc(euros)`.',
    },
    'donation-without-tree': {
      first: 'Count a donation only where a tree was planted: nothing comes in otherwise.',
      fuller:
        'No tree was planted, and the counter grew all the same. Put `donatedEuros.inc(euros)` behind the line that plants, in `plant` alone, after the test of the species.',
    },
  },
  async run(session, fail) {
    const start = session.first();
    if (start.sum(DONATIONS) !== 0) {
      throw fail('donation-without-tree', {
        did: 'asked GET /metrics before anything else',
        expected: `${DONATIONS} 0`,
        got: linesOf(start, DONATIONS),
      });
    }
    const donations: Donation[] = [];
    for (const species of ['oak', 'beech', 'pine']) {
      const { before, after, result } = await session.observe(
        () => session.send('POST', `/plant?species=${species}`),
        (earlier, later) => changeOf(earlier, later, DONATIONS) > 0,
      );
      const added = changeOf(before, after, DONATIONS);
      donations.push({ added, told: amountsIn(result.body), total: after.sum(DONATIONS) });
    }
    const wrong = judgeDonations(donations);
    if (wrong) {
      const told = donations.map((one) => amountOf(one) ?? 'a donation such as 3.47');
      throw fail(wrong, {
        did: 'sent POST /plant for an oak, a beech and a pine',
        expected: `${DONATIONS} rises by ${told.join(', ')}`,
        got: `it rises by ${donations.map(({ added }) => figure(added)).join(', ')}`,
      });
    }
    const { before, after } = await session.observe(
      async () => {
        for (const [method, path] of NO_DONATION) await session.send(method, path);
      },
      (earlier, later) => changeOf(earlier, later, DONATIONS) === 0,
    );
    if (changeOf(before, after, DONATIONS) === 0) return;
    throw fail('donation-without-tree', await whatDonated(session));
  },
});

/** Which of the requests that bring no donation has moved the counter all the same. */
async function whatDonated(session: Session): Promise<Finding> {
  const finding = (did: string, change: number) => ({
    did: `sent ${did}`,
    expected: `${DONATIONS} stays as it is`,
    got: `it ${change < 0 ? `falls by ${figure(-change)}` : `rises by ${figure(change)}`}`,
  });
  for (const [method, path] of NO_DONATION) {
    // What is felled must stand.
    if (path.startsWith('/fell')) await session.send(method, path.replace('/fell', '/plant'));
    const { before, after } = await session.observe(
      () => session.send(method, path),
      (earlier, later) => changeOf(earlier, later, DONATIONS) === 0,
    );
    const change = changeOf(before, after, DONATIONS);
    if (change !== 0) return finding(`${method} ${path}`, change);
  }
  return finding(NO_DONATION.map((request) => request.join(' ')).join(', '), NaN);
}

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
