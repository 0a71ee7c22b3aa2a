import { freemem, hostname, totalmem } from 'node:os';
import { metricIsThere } from './metric.ts';
import type { Finding } from './harness/failure.ts';
import { movesBetween } from './harness/moves.ts';
import { changeOf, lineOf, linesOf, type Scrape } from './harness/scrape.ts';
import type { Burst, Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const TREES = 'trees_standing';
const PROGRESS = 'requests_in_progress';
const MEMORY = 'host_memory_free_bytes';
const SPECIES = ['oak', 'beech', 'pine'];

const treesThere = metricIsThere({
  key: 'trees',
  name: TREES,
  type: 'gauge',
  // Not a counter of one's own, such as trees_planted_total.
  near: /standing|^(?!.*(plant|fell|_total$)).*trees?(_|$)/i,
  naming: 'A gauge has no ending: _total would say that it never falls.',
  because: 'trees are felled, and only a gauge may fall.',
});

const treesBySpecies = check({
  name: 'trees_standing starts at 0 for each species',
  hints: {
    'trees-label': {
      first: 'Call the label species, and its values oak, beech and pine.',
      fuller:
        'trees_standing has a series for each species: trees_standing{species="oak"}. The name and its values are spelled as here, in small letters: to Prometheus, "Oak" is another tree.',
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
  name: 'planting adds 1 to trees_standing of that species, felling takes 1 away',
  hints: {
    'trees-not-raised': {
      first: 'Set the gauge where a tree is planted: to the length of the list of that species.',
      fuller:
        'A tree was planted and the gauge did not follow. After `registry.plant(species)`, call `treesStanding.set({ species }, registry.trees[species].length)`.',
    },
    'trees-wrong-species': {
      first: 'Give `set` the species of this very request: another series moved.',
      fuller:
        'A tree of one species was planted or felled, and the series of another one changed, or one that belongs to no species. Pass the species as the label: `{ species }`. A gauge with labels that is set without them makes a series of its own.',
    },
    'trees-one-species': {
      first: 'Follow every species: here the oaks are counted, and this one is not.',
      fuller:
        'The gauge follows the oaks and stays where another tree is planted or felled. Take the species from the request: `treesStanding.set({ species }, registry.trees[species].length)`.',
    },
    'trees-by-two': {
      first: 'One tree moves the gauge by 1: here it moved by more.',
      fuller:
        'One request was sent, and the gauge went further than one tree. Either the gauge is raised or lowered twice, or by an amount, or the tree is: `registry.plant` and `registry.fell` are called once for each request.',
    },
    'trees-set-early': {
      first: 'Set the gauge after the tree is planted or felled: it shows how many stood before.',
      fuller:
        'The gauge follows one request too late: it is set to the length of the list, and then the list changes. Put `treesStanding.set(…)` behind `registry.plant(species)`, and behind `registry.fell(species)`.',
    },
    'trees-other-list': {
      first: 'Set each species to the length of its own list: `registry.trees[species].length`.',
      fuller:
        'The gauge of one species does not show how many of it stand. Perhaps it is set to the sum of all species, or to the list of another one. `sum without (species)` makes the sum from the three whenever somebody asks.',
    },
    'trees-not-lowered': {
      first: 'Set the gauge where a tree is felled too: a gauge may fall.',
      fuller:
        'A tree was felled and the gauge did not fall. That is what a gauge has before a counter: it goes both ways. Set it to the length of the list after `registry.fell(species)` as well.',
    },
    'trees-below-zero': {
      first: 'Change the gauge only if a tree was felled: with none standing, the answer is 409.',
      fuller:
        'Nothing was felled, and the gauge moved all the same. Put the line behind the test of `registry.fell`. A gauge that is set to the length of the list cannot go wrong here; one that is raised and lowered can drift away from the truth.',
    },
    'trees-unknown': {
      first: 'Leave the gauge alone when the species is unknown: no tree was planted.',
      fuller:
        'The answer was 400, and trees_standing changed all the same. Put the line behind the test of the species: whatever a visitor sends would become a series otherwise.',
    },
  },
  async run(session, fail) {
    await clearForest(session);
    for (const { requests, standing } of ROUNDS) {
      for (const path of requests) await session.send('POST', path);
      const scrape = await session.settle((now) => shows(now, standing));
      if (shows(scrape, standing)) continue;
      const strange = scrape.samples(TREES).filter(({ labels }) => !isSpecies(labels.species));
      if (strange.length > 0 && counts(scrape, standing)) {
        throw fail('trees-unknown', {
          did: 'sent POST /plant with a species that is not known',
          expected: `${TREES} for ${SPECIES.join(', ')}, and for nothing else`,
          got: strange.map(lineOf).join('\n'),
        });
      }
      const wrong = await firstWrongMove(session);
      throw fail(wrong?.hint ?? 'trees-other-list', {
        did: `felled all trees, and then sent POST ${requests.join(', ')}`,
        expected: standingText(standing),
        got: linesOf(scrape, TREES),
        ...wrong?.finding,
      });
    }
  },
});

/** More trees than the checks plant. */
const MOST_TREES = 100;

/**
 * What is planted and felled, and how many oaks, beeches and pines stand then: always different
 * numbers, so that a gauge that shows another list is seen.
 */
const ROUNDS = [
  {
    requests: [
      ...['oak', 'oak', 'beech', 'pine', 'pine', 'pine'].map((one) => `/plant?species=${one}`),
      '/plant?species=elm',
    ],
    standing: [2, 1, 3],
  },
  {
    requests: ['/fell?species=pine', '/fell?species=beech', '/fell?species=beech'],
    standing: [2, 0, 2],
  },
  {
    requests: ['/fell?species=oak', '/fell?species=oak', '/fell?species=pine', '/fell?species=elm'],
    standing: [0, 0, 1],
  },
  { requests: ['/fell?species=pine', '/fell?species=pine'], standing: [0, 0, 0] },
];

/** Fells until none stands: from then on it is known how many do, whatever the gauge says. */
async function clearForest(session: Session) {
  for (const species of SPECIES) {
    for (let i = 0; i < MOST_TREES; i++) {
      if ((await session.send('POST', `/fell?species=${species}`)).status !== 200) break;
    }
  }
}

const standingText = (standing: readonly number[]) =>
  SPECIES.map((one, i) => `${TREES}{species="${one}"} ${standing[i]}`).join('\n');

const isSpecies = (value: string | undefined) => SPECIES.includes(value ?? '');

const counts = (scrape: Scrape, standing: readonly number[]) =>
  SPECIES.every((species, i) => scrape.sum(TREES, { species }) === standing[i]);

/** Whether the gauge has these values for oaks, beeches and pines, and no other species. */
const shows = (scrape: Scrape, standing: readonly number[]) =>
  counts(scrape, standing) &&
  scrape.samples(TREES).every(({ labels }) => isSpecies(labels.species));

type TreesHint =
  | 'trees-not-raised'
  | 'trees-wrong-species'
  | 'trees-one-species'
  | 'trees-by-two'
  | 'trees-set-early'
  | 'trees-other-list'
  | 'trees-not-lowered'
  | 'trees-below-zero'
  | 'trees-unknown';

/** Plants and fells one by one, and tells what is wrong with the first that the gauge misses. */
async function firstWrongMove(
  session: Session,
): Promise<{ hint: TreesHint; finding: Finding } | undefined> {
  await clearForest(session);
  const standing: Record<string, number> = { oak: 0, beech: 0, pine: 0 };
  const metrics = [treesThere.metric!];
  const ask = async (path: string) => {
    const { before, after, result } = await session.observe(
      () => session.send('POST', path),
      (earlier, later) => movesBetween(earlier, later, metrics).length > 0,
    );
    const species = path.split('=')[1]!;
    const by = result.status === 201 ? 1 : result.status === 200 ? -1 : 0;
    if (isSpecies(species)) standing[species]! += by;
    const moved = movesBetween(before, after, metrics);
    const value = after.sum(TREES, { species });
    const change = changeOf(before, after, TREES, { species });
    const others = moved.some(({ labels }) => labels.species !== species);
    const isNew = after.samples(TREES).length > before.samples(TREES).length;
    // A gauge that is set may come from a wrong value to the right one.
    const right = !others && !isNew && (change === by || value === standing[species]);
    /** Whether it shows how many stood before. */
    const late = by !== 0 && value === standing[species]! - by;
    const finding = {
      did: `sent POST ${path}, which got ${result.status}`,
      expected: standingText(SPECIES.map((one) => standing[one]!)),
      got: linesOf(after, TREES),
    };
    return { right, by, value, change, others, late, species, finding };
  };
  for (const path of ROUNDS.flatMap(({ requests }) => requests)) {
    const one = await ask(path);
    if (one.right) continue;
    const { by, species, finding } = one;
    const because = (hint: TreesHint, where = finding) => ({ hint, finding: where });
    if (!isSpecies(species)) return because('trees-unknown');
    if (by === 0) return because('trees-below-zero');
    if (one.others) return because('trees-wrong-species');
    if (one.late) {
      // Once more: what comes one request late comes now.
      const again = await ask(path);
      if (again.others) return because('trees-wrong-species', again.finding);
      if (again.late && again.value !== one.value) return because('trees-set-early');
    }
    if (one.change === 0) {
      if (species === 'oak') return because(by > 0 ? 'trees-not-raised' : 'trees-not-lowered');
      // Does it follow another species, or the oaks alone?
      await ask(path.replace(species, species === 'pine' ? 'beech' : 'pine'));
      if ((await ask(path)).change !== 0) return because('trees-other-list');
      if ((await ask(path.replace(species, 'oak'))).change === by) {
        return because('trees-one-species');
      }
      return because(by > 0 ? 'trees-not-raised' : 'trees-not-lowered');
    }
    const all = Object.values(standing);
    const isList = [...all, all.reduce((sum, trees) => sum + trees)].includes(one.value);
    return because(one.change === 2 * by && !isList ? 'trees-by-two' : 'trees-other-list');
  }
  return undefined;
}

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
        'While visitors waited, the gauge showed none. Either it is never raised, or it is lowered too soon: without `await` before the handler, `dec()` runs at once, while the answer is still on its way; with `set(0)`, the first answer hides all who still wait. If you wrap a function to raise and lower it, call the wrapped one: a request that goes past it raises nothing.',
    },
    'progress-too-few': {
      first: 'Use `inc()` and `dec()`, not `set(1)` and `set(0)`: several can wait at once.',
      fuller:
        'Several visitors waited at the same time, and the gauge showed fewer. `set(1)` forgets the others, and counting in one handler only forgets the other routes. Raise it by one for each request that begins.',
    },
    'progress-too-many': {
      first: 'Raise the gauge by 1 for each request: it showed more than were under way.',
      fuller:
        'The gauge showed more than all the visitors that waited. Perhaps `inc()` is called twice on the way of a request: in the handler and around it, or by hand and by a wrapper. Or it is given an amount. That `dec()` takes the same away again hides it, until somebody looks meanwhile.',
    },
  },
  async run(session, fail) {
    let burst = await session.burst();
    // What the answers before have left on it says nothing about these: another check looks at that.
    const shown = ({ scrape }: Burst['during'][number]) =>
      Math.max(scrape.sum(PROGRESS), changeOf(burst.before, scrape, PROGRESS));
    const crowded = () => burst.during.filter(({ waiting }) => waiting >= 2);
    // Nor does what the other visitor has left on it.
    const isRaised = (look: Burst['during'][number]) =>
      shown(look) >= (look.waiting >= 4 ? look.waiting - 1 : look.waiting);
    const most = () => crowded().toSorted((a, b) => shown(b) - shown(a))[0];
    const did = `asked GET /treecounter ${burst.answers.length} times at once, and /metrics meanwhile`;
    for (let more = 0; more < 8; more++) {
      const visitors = burst.answers.length + 1;
      const excess = burst.during.find(
        ({ scrape }) =>
          Math.min(scrape.sum(PROGRESS), changeOf(burst.before, scrape, PROGRESS)) > visitors,
      );
      if (excess) {
        const got = linesOf(excess.scrape, PROGRESS);
        throw fail('progress-too-many', { did, expected: `${PROGRESS} ${visitors} at most`, got });
      }
      // Had each been raised twice, one with so many would have shown more than all the visitors.
      const tells = (look: Burst['during'][number]) => 2 * (look.waiting - 1) > visitors;
      if (crowded().some((look) => isRaised(look) && tells(look))) return;
      // A scrape can overtake the requests on a busy machine: one or two say nothing, so ask again.
      if (crowded().length >= 4 && !crowded().some(isRaised)) break;
      burst = await session.burstAgain();
    }
    if (crowded().some(isRaised)) return;
    // The other visitor may have set it back to 0: does it rise where nobody else comes? The first
    // answer does so, too: a scrape has to come before it.
    const isSeen = () => crowded().some((look) => shown(look) >= 1);
    for (let more = 0; more < 4 && !isSeen(); more++) burst = await session.burstAgain(false);
    const look = most();
    throw fail(!look || !isSeen() ? 'progress-not-raised' : 'progress-too-few', {
      did,
      expected: `${PROGRESS} ${look?.waiting ?? burst.answers.length}`,
      got: look ? linesOf(look.scrape, PROGRESS) : 'all were answered before /metrics was',
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
    'progress-other-series': {
      first: 'Lower the series that was raised: one fell below 0, and another stayed above.',
      fuller:
        'All requests are answered, and the sum of the gauge is 0, but not each of its series. `dec()` was given other labels than `inc()`: from a variable that all requests share, perhaps, which another request changed in between. Keep the labels in a `const` inside the function.',
    },
    'progress-unbounded': {
      first: 'Give requests_in_progress no label that the visitor chooses: no path, no query.',
      fuller:
        'What the visitor sent stands in a label of requests_in_progress. Each new value makes a series that stays at 0 forever. Take the route and "unmatched", as for requests_total, or no label at all.',
    },
  },
  async run(session, fail) {
    const { answers, failed } = await session.burst();
    await session.send('GET', `/${MARK}?${MARK}`);
    const isIdle = (now: Scrape) => now.samples(PROGRESS).every(({ value }) => value === 0);
    const scrape = await session.settle(isIdle);
    const got = linesOf(scrape, PROGRESS);
    if (isIdle(scrape)) {
      const marked = scrape.samples(PROGRESS).find((sample) => lineOf(sample).includes(MARK));
      if (!marked) return;
      throw fail('progress-unbounded', {
        did: `asked GET /${MARK}`,
        expected: `no label of ${PROGRESS} that holds it`,
        got: lineOf(marked),
      });
    }
    const left = scrape.sum(PROGRESS);
    if (left === 0) {
      const did = `asked GET /treecounter ${answers.length} times and sent POST /plant?species=elm at once, and waited for all answers`;
      throw fail('progress-other-series', { did, expected: `each series of ${PROGRESS} 0`, got });
    }
    const hint = left < 0 ? 'progress-below-zero' : 'progress-not-lowered';
    const { before, after } = await session.burst();
    const fromBurst = changeOf(before, after, PROGRESS);
    throw fail(left > 0 && fromBurst === failed ? 'progress-exception' : hint, {
      did: `asked GET /treecounter ${answers.length} times, ${failed} of which failed, and waited for all answers`,
      expected: `${PROGRESS} 0`,
      got,
    });
  },
});

/** A path that no other check asks for. */
const MARK = 'pinetum';

const memoryThere = metricIsThere({
  key: 'memory',
  name: MEMORY,
  type: 'gauge',
  near: /mem(ory)?_?free|free_?mem|^(?!.*(total|used)).*host_mem/i,
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
    'memory-total': {
      first: 'Report the memory that is free, by `freemem()`: this is all that the machine has.',
      fuller:
        '`totalmem()` tells how much memory is built in, which never changes while the machine runs. How much of it is left is `freemem()`, of the same module node:os.',
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
    const isTotal = Math.abs(last.sum(MEMORY) - totalmem()) < 1;
    throw fail(isTotal ? 'memory-total' : 'memory-frozen', {
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
        'The name says bytes, and the value is what this machine has free, divided by a thousand, a million or more. Prometheus wants base units: Grafana turns bytes into gigabytes for people, and cannot know that somebody divided already.',
    },
    'memory-used': {
      first: 'Report what is free, as `freemem()` gives it: this is what is used.',
      fuller:
        'The value is what this machine has in use: `totalmem()` without `freemem()`. Both numbers are of use, but the name says free, and an alert on little free memory would fire when there is most of it.',
    },
    'memory-other': {
      first: 'Report what `freemem()` of node:os gives: this is not what the machine has free.',
      fuller:
        'The value is far from the free memory of this machine, in bytes. Perhaps it is a share from 0 to 1, or the memory that the program itself uses, which process_resident_memory_bytes tells already, or another unit.',
    },
  },
  async run(session, fail) {
    const scrape = await session.scrape();
    const did = 'asked GET /metrics';
    const got = linesOf(scrape, MEMORY);
    const expected = `${MEMORY} ${freemem()}, or near it`;
    const samples = scrape.samples(MEMORY);
    if (samples.some(({ labels }) => namesMachine(labels))) {
      throw fail('memory-label', { did, expected: `${MEMORY} without that label`, got });
    }
    const finding = { did, expected, got };
    for (const { value } of samples) {
      const isNear = (other: number, share = 0.02) => Math.abs(value - other) < totalmem() * share;
      if (isNear(freemem()) && !ofProcess(scrape, value)) continue;
      if (UNITS.some((unit) => Math.abs((value * unit) / freemem() - 1) < 0.05)) {
        throw fail('memory-unit', finding);
      }
      // Whether it rises decides: so nearness may be wide, where other programs take and give much.
      if (isNear(totalmem() - freemem(), 0.1) && (await risesWithUse(session))) {
        throw fail('memory-used', finding);
      }
      // Free memory has several definitions, which lie within a small factor: units lie further.
      const plausible = value > freemem() / 100 && value <= totalmem() * 1.01;
      if (!plausible || ofProcess(scrape, value)) throw fail('memory-other', finding);
    }
  },
});

/** What bytes are divided by. */
const UNITS = [1e3, 1024, 1e6, 1024 ** 2, 1e9, 1024 ** 3];

/** Whether this is the memory of the program itself, which its default metrics tell. */
function ofProcess(scrape: Scrape, value: number): boolean {
  const names = ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes'];
  return names.some((name) => Math.abs(value / scrape.sum(name) - 1) < 0.1);
}

/** So much memory is taken at a time, in bytes. */
const TAKEN = 96 * 1024 * 1024;

/** Whether the gauge rises while memory is taken: what is free falls then. */
async function risesWithUse(session: Session): Promise<boolean> {
  // All of it is held to the end: what is given back meanwhile would hide what is taken.
  const taken: Buffer[] = [];
  // Other programs take and give back memory, too: once is enough.
  while (taken.length < 6) {
    const before = (await session.scrape()).sum(MEMORY);
    taken.push(Buffer.alloc(TAKEN, 1));
    const after = (await session.scrape()).sum(MEMORY);
    if (after - before > TAKEN / 2) return true;
  }
  return false;
}

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
    progressThere,
    progressIdle,
    progressRises,
    progressFalls,
    treesThere,
    treesBySpecies,
    treesMove,
    memoryThere,
    memoryFresh,
    memoryRight,
  ],
};
