import { readFileSync } from 'node:fs';
import { metricIsThere } from './metric.ts';
import { lineOf, linesOf, type Scrape } from './harness/scrape.ts';
import { check, type LessonChecks } from './harness/types.ts';

const INFO = 'application_info';
const STATE = 'application_state';
/** What package.json says, which #forest reads too. */
const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;
/** So far the clock is moved to see what changes by itself, in seconds. */
const LATER_S = 60;
const STATES = ['starting', 'running', 'stopping'];

/** The states that a scrape shows as the current one. */
function currentIn(scrape: Scrape): string[] {
  return scrape
    .samples(STATE)
    .filter(({ value }) => value === 1)
    .map(({ labels }) => labels[STATE] ?? '');
}

const isRunning = (scrape: Scrape) => currentIn(scrape).join() === 'running';

const shown = (current: string) =>
  STATES.map((state) => `${STATE}{${STATE}="${state}"} ${state === current ? 1 : 0}`).join('\n');

const infoThere = metricIsThere({
  key: 'info',
  name: INFO,
  type: 'gauge',
  near: /^application(_info_info)?$|^(app|build|application_build|version)_?info/i,
  naming: 'An info metric ends in _info, once: the class `Info` adds it by itself.',
  because: 'the text format knows no type for facts, and a gauge of 1 stands for it.',
});

const infoFacts = check({
  name: 'application_info tells version and runtime in one series of value 1',
  hints: {
    'info-labels': {
      first: 'Tell the facts as labels: version and runtime, both with a value.',
      fuller:
        'The value of an info metric is always 1, and the labels carry the facts. Call `applicationInfo.info({ version, runtime: `node ${process.versions.node}` })`; `version` comes from #forest.',
    },
    'info-version': {
      first: 'Let version be the one in package.json: import `version` from #forest.',
      fuller:
        'Whoever looks for "since when is it slow" compares versions, so the label must tell the version of this program: what its package.json says. That of Node belongs in the label runtime; `process.version` is that one.',
    },
    'info-changes': {
      first: 'Take out of application_info what changes while the program runs.',
      fuller:
        'Between two scrapes the series of application_info became another one: each is a new series in Prometheus, and joins with it break. An info tells what stays the same from start to stop. What moves is a number, and belongs in the value of a gauge of its own.',
    },
    'info-value': {
      first: 'Let the value be 1: the labels carry the facts.',
      fuller:
        'The value 1 makes the metric easy to join: multiplied with another metric, it adds its labels and changes no number.',
    },
    'info-old-series': {
      first:
        'Call `reset()` on the gauge before new facts are set: the old series stays otherwise.',
      fuller:
        'There are several series of application_info, so the program seems to have two versions at once. Another value of a label is another series, and the one before does not go away by itself. `info()` must empty the gauge before it sets the new labels.',
    },
  },
  async run(session, fail) {
    const scrape = await session.scrape();
    const samples = scrape.samples(INFO);
    const finding = {
      did: 'asked for /metrics',
      expected: `${INFO}{version="${VERSION}",runtime="node ${process.versions.node}"} 1`,
      got: linesOf(scrape, INFO),
    };
    if (samples.length > 1) throw fail('info-old-series', finding);
    const [{ labels, value } = { labels: {} as Record<string, string>, value: 1 }] = samples;
    if (!labels.version || !labels.runtime) throw fail('info-labels', finding);
    if (value !== 1) throw fail('info-value', finding);
    if (labels.version.replace(/^v/, '') !== VERSION) throw fail('info-version', finding);
    const [first] = session.first().samples(INFO);
    for (const later of [scrape, await session.scrapeLater(LATER_S)]) {
      const got = linesOf(later, INFO);
      if (!first || got === lineOf(first)) continue;
      const expected = `${lineOf(first)}, as at the start`;
      throw fail('info-changes', {
        did: 'asked for /metrics again, a minute later',
        expected,
        got,
      });
    }
  },
});

const stateThere = metricIsThere({
  key: 'state',
  name: STATE,
  type: 'gauge',
  near: /(^|_)state(_info|s)?$|application_status/i,
  naming: 'An enum is called after what it tells, without an ending.',
  because: 'the text format knows no type for states, and gauges of 1 and 0 stand for it.',
});

const stateSeries = check({
  name: 'application_state has a series for each state, and one of them is 1',
  hints: {
    'state-label': {
      first: 'Name the label like the metric: application_state{application_state="running"}.',
      fuller:
        "The label that tells the state bears the metric's own name, as in Python's client: whoever knows the metric knows the label.",
    },
    'state-names': {
      first: 'The states are starting, running and stopping, each with a series from the start.',
      fuller:
        'Every state has its series, 1 for the current one and 0 for all others; so a query for `application_state{application_state="stopping"}` answers 0 and not nothing. They are spelled in small letters.',
    },
    'state-two': {
      first: 'Set all other states to 0 when one becomes 1.',
      fuller:
        'Two states are 1 at the same time. Whoever goes to a state leaves the one before: loop over all states, and set each to 1 if it is the new one and to 0 if it is not.',
    },
    'state-none': {
      first: 'One state is always the current one: begin with starting = 1.',
      fuller:
        'All states are 0. An enum is in its first state from the moment it is made, without a call.',
    },
  },
  async run(session, fail) {
    const before = await session.scrapeWithoutRegistry();
    for (const scrape of [before, (await session.burst()).after]) {
      const samples = scrape.samples(STATE);
      const got = linesOf(scrape, STATE);
      const finding = { did: 'asked for /metrics', expected: shown('running'), got };
      if (samples.length > 0 && samples.every(({ labels }) => labels[STATE] === undefined)) {
        throw fail('state-label', finding);
      }
      const names = samples.map(({ labels }) => labels[STATE] ?? '');
      if (names.toSorted().join() !== STATES.toSorted().join()) throw fail('state-names', finding);
      const current = currentIn(scrape);
      if (current.length > 1) throw fail('state-two', finding);
      if (current.length === 0) throw fail('state-none', finding);
    }
  },
});

const stateStarting = check({
  name: 'the state is starting until the registry has answered',
  hints: {
    'running-by-page': {
      first: 'Let no page change the state: go to running after `await registry.ready()`.',
      fuller:
        'The registry has not answered once, a visitor came, and the state changed. A page says nothing about the registry, and without visitors the state would never change. The line belongs at the end of server.ts, outside of all handlers.',
    },
    'running-too-early': {
      first: 'Go to running after `await registry.ready()`, not before.',
      fuller:
        'The registry has not answered once, and the program says that it is running. A program that listens and cannot do its work is not ready: that is what the state is there to tell. `registry.ready()` asks until there is an answer.',
    },
  },
  async run(session, fail) {
    const did = 'started the program with a registry that never answers';
    const look = async (hint: 'running-too-early' | 'running-by-page', asked: string) => {
      const scrape = await session.scrapeWithoutRegistry();
      if (currentIn(scrape).join() === 'starting') return;
      throw fail(hint, {
        did: `${did}${asked}, and asked for /metrics`,
        expected: shown('starting'),
        got: linesOf(scrape, STATE),
      });
    };
    await look('running-too-early', '');
    for (const path of ['/', '/treecounter']) {
      await session.sendWithoutRegistry('GET', path);
      await look('running-by-page', `, sent GET ${path}`);
    }
  },
});

const stateRunning = check({
  name: 'the state is running once the registry has answered',
  beforeVisits: (scrape) => scrape.samples(STATE).length === 0 || isRunning(scrape),
  hints: {
    'running-by-visit': {
      first: 'Go to running when `registry.ready()` has come back, not when a visitor comes.',
      fuller:
        'For a second nobody visited, the registry would have answered at once, and the state stayed as it was; after the first pages it was running. A program without visitors can be ready too. Call `await registry.ready()` at the end of server.ts, and then the line that goes to running, outside of all handlers.',
    },
    'never-running': {
      first: "Call `applicationState.state('running')` after `await registry.ready()`.",
      fuller:
        'The registry has answered, and the state is still another one. A metric knows only what it is told: the line that goes to running stands at the end of server.ts, after the program listens and `registry.ready()` has come back.',
    },
  },
  async run(session, fail) {
    await session.burst();
    const scrape = await session.settle(isRunning);
    const unvisited = await session.unvisited();
    if (unvisited && !isRunning(unvisited)) {
      throw fail(isRunning(scrape) ? 'running-by-visit' : 'never-running', {
        did: 'started the program, and asked for nothing but /metrics for a second',
        expected: shown('running'),
        got: linesOf(unvisited, STATE),
      });
    }
    if (isRunning(scrape)) return;
    throw fail('never-running', {
      did: 'asked GET /treecounter until the registry had answered, and then /metrics',
      expected: shown('running'),
      got: linesOf(scrape, STATE),
    });
  },
});

const stateStopping = check({
  name: 'the state is stopping when the program is told to stop',
  stops: true,
  hints: {
    'not-stopping': {
      first: "Say `onStop(() => applicationState.state('stopping'))`; `onStop` comes from #forest.",
      fuller:
        'The program was told to stop, and its last scrapes did not show it. #forest calls the function that you give to `onStop` when SIGTERM comes, before it closes the servers.',
    },
  },
  async run(session, fail) {
    const stopping = (scrape: Scrape) => currentIn(scrape).join() === 'stopping';
    const scrape = await session.stop(stopping);
    if (!scrape || stopping(scrape)) return;
    throw fail('not-stopping', {
      did: 'told the program to stop, as Ctrl-C does, and asked for /metrics meanwhile',
      expected: shown('stopping'),
      got: linesOf(scrape, STATE),
    });
  },
});

const ends = check({
  name: 'told to stop, the program ends',
  stops: true,
  hints: {
    'not-ended': {
      first:
        'Let the program end when it is told to stop: leave that to #forest, and use `onStop`.',
      fuller:
        'The program was told to stop, and it still ran more than five seconds later. A listener of your own for SIGTERM takes the place of what Node does by itself, so it must close the servers and end the program; something that is never finished, such as a timer, holds it up as well. `onStop` of #forest calls your function, and #forest does the rest.',
    },
  },
  async run(session, fail) {
    if (await session.ended()) return;
    throw fail('not-ended', {
      did: 'told the program to stop, as Ctrl-C does',
      expected: 'it finishes what is under way, and ends within 5 seconds',
      got: 'it still runs',
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Info and Enum',
  learned: 'Facts are labels of a series of 1; a state is one series of 1 among others of 0.',
  checks: [
    infoThere,
    infoFacts,
    stateThere,
    stateSeries,
    stateStarting,
    stateRunning,
    stateStopping,
    ends,
  ],
};
