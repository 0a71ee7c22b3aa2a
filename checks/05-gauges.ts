import { freemem, hostname, totalmem } from 'node:os';
import { metricIsThere } from './metric.ts';
import { changeOf, linesOf } from './harness/scrape.ts';
import type { Burst } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const TREES = 'trees_standing';
const PROGRESS = 'requests_in_progress';
const MEMORY = 'host_memory_free_bytes';
const SPECIES = ['oak', 'beech', 'pine'];
const OAKS = { species: 'oak' };

const treesThere = metricIsThere({
  key: 'trees',
  name: TREES,
  type: 'gauge',
  near: /^trees?(_|$)|standing/i,
  naming: 'A gauge has no ending: _total would say that it never falls.',
  because: 'trees are felled, and only a gauge may fall.',
});

const treesBySpecies = check({
  name: 'trees_standing starts at 0 for each species',
  hints: {
    'trees-label': {
      first: 'Call the label species, and its values oak, beech and pine.',
      fuller:
        'trees_standing has a series for each species: trees_standing{species="oak"}. The name and its values are spelt as here, in small letters: to Prometheus, "Oak" is another tree.',
    },
    'trees-no-zeros': {
      first:
        'Set each species to 0 at the start: no tree stands, which is not the same as unknown.',
      fuller:
        'A series begins when it is first set. Until then a query for pines gives nothing at all, and "nothing" is no number to draw or to add. Loop over SPECIES and set 0.',
    },
    'trees-not-zero': {
      first: 'At the start no tree stands: begin with 0.',
      fuller:
        'The registry is empty when the program starts, and the gauge says otherwise. Set it to the length of the list of trees: `registry.trees[species].length`.',
    },
  },
  async run(session, fail) {
    const scrape = session.first();
    const samples = scrape.samples(TREES);
    const finding = {
      did: 'asked GET /metrics before anything else',
      expected: SPECIES.map((species) => `${TREES}{species="${species}"} 0`).join('\n'),
      got: linesOf(scrape, TREES),
    };
    const known = samples.filter(({ labels }) => SPECIES.includes(labels.species ?? ''));
    if (known.length < samples.length) throw fail('trees-label', finding);
    if (SPECIES.some((species) => scrape.samples(TREES, { species }).length === 0)) {
      throw fail('trees-no-zeros', finding);
    }
    if (samples.some(({ value }) => value !== 0)) throw fail('trees-not-zero', finding);
  },
});

const treesMove = check({
  name: 'planting an oak adds 1 to trees_standing, felling one takes 1 away',
  hints: {
    'trees-not-raised': {
      first: 'Set the gauge where a tree is planted: to the length of the list of that species.',
      fuller:
        'A tree was planted and the gauge did not follow. After `registry.plant(species)`, call `treesStanding.set({ species }, registry.trees[species].length)`.',
    },
    'trees-wrong-species': {
      first: 'Give `set` the species that was planted: another series moved.',
      fuller:
        'An oak was planted, and something else than the oaks changed. Pass the species of this very request as the label: `{ species }`. A gauge with labels that is set without them makes a series of its own.',
    },
    'trees-not-lowered': {
      first: 'Set the gauge where a tree is felled too: a gauge may fall.',
      fuller:
        'A tree was felled and the gauge stayed. That is what a gauge has before a counter: it goes both ways. Set it to the length of the list after `registry.fell(species)` as well.',
    },
    'trees-below-zero': {
      first: 'Change the gauge only if a tree was felled: with none standing, the answer is 409.',
      fuller:
        'Nothing was felled, and the gauge went down all the same. Put the line behind the test of `registry.fell`. A gauge that is set to the length of the list cannot go wrong here; one that is raised and lowered can drift away from the truth.',
    },
  },
  async run(session, fail) {
    const step = async (
      path: '/plant' | '/fell',
      change: number,
      hint: 'trees-not-raised' | 'trees-not-lowered' | 'trees-below-zero',
    ) => {
      const { before, after } = await session.observe(
        () => session.send('POST', `${path}?species=oak`),
        (earlier, later) => changeOf(earlier, later, TREES, OAKS) === change,
      );
      const oaks = changeOf(before, after, TREES, OAKS);
      const all = changeOf(before, after, TREES);
      if (oaks === change && all === change) return;
      const from = before.sum(TREES, OAKS);
      throw fail(all !== oaks ? 'trees-wrong-species' : hint, {
        did: `sent POST ${path}?species=oak`,
        expected: `${TREES}{species="oak"} goes from ${from} to ${from + change}`,
        got: linesOf(after, TREES),
      });
    };
    await step('/plant', 1, 'trees-not-raised');
    await step('/plant', 1, 'trees-not-raised');
    // As many as stand by now, which other checks have planted too.
    const standing = (await session.scrape()).sum(TREES, OAKS);
    for (let i = 0; i < standing; i++) await step('/fell', -1, 'trees-not-lowered');
    await step('/fell', 0, 'trees-below-zero');
  },
});

const progressThere = metricIsThere({
  key: 'progress',
  name: PROGRESS,
  type: 'gauge',
  near: /progress|in_?flight|active_requests/i,
  naming: 'It is a number of requests now, so it has no ending such as _total.',
  because: 'requests end, and the number of those that wait must be able to fall.',
});

const progressIdle = check({
  name: 'requests_in_progress is 0 when nobody waits',
  hints: {
    'progress-counts-scrape': {
      first: 'Leave /metrics out of requests_in_progress: the scrape sees itself.',
      fuller:
        'Nobody waits, and the gauge says 1: that is the scrape that reads it. Prometheus would see one request in progress day and night. Raise the gauge only for visitors, as with requests_total.',
    },
    'progress-not-zero': {
      first: 'Begin with 0: a gauge without labels does so by itself.',
      fuller:
        'Nobody waits, and the gauge shows a number that is not 0. Take out what sets it at the start.',
    },
  },
  async run(session, fail) {
    if (session.first().sum(PROGRESS) === 0) return;
    // The question before the first scrape may still have been on its way out.
    const scrape = await session.settle((now) => now.sum(PROGRESS) === 0);
    const value = scrape.sum(PROGRESS);
    if (value === 0) return;
    throw fail(value === 1 ? 'progress-counts-scrape' : 'progress-not-zero', {
      did: 'asked GET /metrics while nobody else asked for anything',
      expected: `${PROGRESS} 0`,
      got: linesOf(scrape, PROGRESS),
    });
  },
});

const progressRises = check({
  name: 'requests_in_progress shows how many wait for the registry',
  hints: {
    'progress-not-raised': {
      first:
        'Call `inc()` before the request is handled and `dec()` after its answer, with `await` between.',
      fuller:
        'While visitors waited, the gauge showed none. Either it is never raised, or it is lowered too soon: without `await` before the handler, `dec()` runs at once, while the answer is still on its way.',
    },
    'progress-too-few': {
      first: 'Use `inc()` and `dec()`, not `set(1)` and `set(0)`: several can wait at once.',
      fuller:
        'Several visitors waited at the same time, and the gauge showed fewer. `set(1)` forgets the others, and counting in one handler only forgets the other routes. Raise it by one for each request that begins.',
    },
  },
  async run(session, fail) {
    let burst = await session.burst();
    // What the answers before have left on it says nothing about these: another check looks at that.
    const shows = ({ scrape }: Burst['during'][number]) =>
      Math.max(scrape.sum(PROGRESS), changeOf(burst.before, scrape, PROGRESS));
    const crowded = () => burst.during.filter(({ waiting }) => waiting >= 2);
    for (let more = 0; more < 8; more++) {
      if (crowded().some((look) => shows(look) >= look.waiting)) return;
      // A scrape can overtake the requests on a busy machine: one or two say nothing, so ask again.
      if (crowded().length >= 4) break;
      burst = await session.burstAgain();
    }
    const most = crowded().toSorted((a, b) => shows(b) - shows(a))[0];
    const shown = most ? shows(most) : 0;
    const { answers } = burst;
    throw fail(shown < 1 ? 'progress-not-raised' : 'progress-too-few', {
      did: `asked GET /treecounter ${answers.length} times at once, and /metrics meanwhile`,
      expected: `${PROGRESS} ${most?.waiting ?? answers.length}`,
      got: most ? linesOf(most.scrape, PROGRESS) : 'all were answered before /metrics was',
    });
  },
});

const progressFalls = check({
  name: 'requests_in_progress returns to 0, also when the registry fails',
  hints: {
    'progress-not-lowered': {
      first: 'Call `dec()` once for each `inc()`, when the answer is there.',
      fuller:
        'All requests are answered and the gauge still counts them. Each `inc()` needs its `dec()`, on every way out of the function.',
    },
    'progress-exception': {
      first: 'Put `dec()` into a `finally`: an exception skips it otherwise.',
      fuller:
        'As many are left on the gauge as requests failed. When the registry fails, the handler throws, and the lines after it are skipped, `dec()` among them. `try { … } finally { requestsInProgress.dec() }` runs it on every way out.',
    },
    'progress-below-zero': {
      first: 'Call `dec()` once only: the gauge fell below 0.',
      fuller:
        'There are more `dec()` than `inc()`: one in a `finally` and another one before it, perhaps, or one on a way that was never raised.',
    },
  },
  async run(session, fail) {
    const { answers, failed } = await session.burst();
    const scrape = await session.settle((now) => now.sum(PROGRESS) === 0);
    const left = scrape.sum(PROGRESS);
    if (left === 0) return;
    const hint = left < 0 ? 'progress-below-zero' : 'progress-not-lowered';
    const { before, after } = await session.burst();
    const fromBurst = changeOf(before, after, PROGRESS);
    throw fail(left > 0 && fromBurst === failed ? 'progress-exception' : hint, {
      did: `asked GET /treecounter ${answers.length} times, ${failed} of which failed, and waited for all answers`,
      expected: `${PROGRESS} 0`,
      got: linesOf(scrape, PROGRESS),
    });
  },
});

const memoryThere = metricIsThere({
  key: 'memory',
  name: MEMORY,
  type: 'gauge',
  near: /mem(ory)?_?free|free_?mem|host_mem/i,
  naming: 'The base unit of memory is the byte, and the unit ends the name.',
  because: 'free memory rises and falls.',
  restless: true,
});

const memoryFresh = check({
  name: 'host_memory_free_bytes is read at each scrape',
  hints: {
    'memory-frozen': {
      first: 'Set it in `collect()`, which runs at each scrape: a value set once stays as it was.',
      fuller:
        'The memory was read once, when the program started, or never, and the same number is shown ever since. Give the gauge a function `collect() { this.set(freemem()); }`: prom-client calls it whenever the metrics are read.',
    },
  },
  async run(session, fail) {
    const first = session.first();
    const holds = (now: typeof first) => now.sum(MEMORY) !== first.sum(MEMORY);
    if (holds(await session.scrape())) return;
    // On a machine at rest nothing may have changed: take some memory, and hold it meanwhile.
    const taken = Buffer.alloc(48 * 1024 * 1024, 1);
    const last = await session.settle(holds);
    if (holds(last)) return;
    throw fail('memory-frozen', {
      did: `took ${taken.length / 1024 / 1024} MB of memory, and asked GET /metrics again`,
      expected: `another value than ${linesOf(first, MEMORY)}`,
      got: linesOf(last, MEMORY),
    });
  },
});

const memoryRight = check({
  name: 'host_memory_free_bytes has no label for the machine, and is in bytes',
  hints: {
    'memory-label': {
      first: 'Take the label with the machine out: Prometheus adds `instance` to every series.',
      fuller:
        'A program need not say where it runs: whoever scrapes it knows, and writes it into the label `instance`. A second name for the same machine chooses nothing, and queries that join this metric with another one no longer match. Without `labelNames`, `this.set(freemem())` is enough.',
    },
    'memory-unit': {
      first: 'Report bytes, as `freemem()` gives them: no division.',
      fuller:
        'The name says bytes and the value is far from what this machine has free. Prometheus wants base units: Grafana turns bytes into gigabytes for people, and cannot know that somebody divided already.',
    },
  },
  async run(session, fail) {
    const scrape = await session.scrape();
    const did = 'asked GET /metrics';
    const got = linesOf(scrape, MEMORY);
    const expected = `${MEMORY} ${freemem()}`;
    const samples = scrape.samples(MEMORY);
    if (samples.some(({ labels }) => namesMachine(labels))) {
      throw fail('memory-label', { did, expected, got });
    }
    // Free memory has several definitions, which lie within a small factor: units lie further.
    const plausible = samples.every(
      ({ value }) => value > freemem() / 100 && value <= totalmem() * 1.01,
    );
    if (!plausible) throw fail('memory-unit', { did, expected, got });
  },
});

/** Labels of other kinds are nobody's business here. */
function namesMachine(labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).some(
    ([label, value]) => /^(server|host|machine)(_?name)?$/i.test(label) || value === hostname(),
  );
}

export const lesson: LessonChecks = {
  title: 'Gauges',
  learned: 'A gauge is a value of now: set it, raise and lower it, or read it at each scrape.',
  checks: [
    treesThere,
    treesBySpecies,
    treesMove,
    progressThere,
    progressIdle,
    progressRises,
    progressFalls,
    memoryThere,
    memoryFresh,
    memoryRight,
  ],
};
