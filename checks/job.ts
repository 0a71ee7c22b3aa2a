import { excerptOf } from './harness/trouble.ts';
import type { Family, Sample } from './harness/exposition.ts';
import type { Finding } from './harness/failure.ts';
import { startGateway, type Push } from './harness/gateway.ts';
import type { BesideSession, Ended } from './harness/beside.ts';
import { freePorts } from './harness/ports.js';
import { firstLines, lineOf, once } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const SPECIES = ['oak', 'beech', 'pine'] as const;
const TREES = 'census_trees';
const DURATION = 'census_duration_seconds';
const LAST_SUCCESS = 'census_last_success_timestamp_seconds';

/** The registry's delay; a census takes twice as long. In milliseconds. */
const DELAY_MS = 100;
/** A timer may be a little early; a census that took less than this was not waited for. In seconds. */
const LEAST_SECONDS = 0.15;
/** So far from the moment of the end a last success may be, in seconds. */
const CLOCK_SECONDS = 10;

/** A run of the job, and what a Pushgateway had of it. */
interface Run extends Ended {
  readonly pushes: readonly Push[];
  /** What the Pushgateway kept when the job was over. */
  readonly kept: readonly Family[];
}

/** The runs by which a job is judged: each check looks at the same. */
interface Runs {
  /** A census that succeeds, and a Pushgateway that knows nothing yet. */
  readonly success: Run;
  /** The next night, when the registry fails. */
  readonly failure: Run;
  /** Another success: does it go into the same group? */
  readonly again: Run;
  /** A success without a Pushgateway. */
  readonly alone: Ended;
}

const all = new WeakMap<Session, () => Promise<Runs>>();

function runsOf(session: Session): Promise<Runs> {
  const runs = all.get(session) ?? once(() => runAll(jobOf(session)));
  all.set(session, runs);
  return runs();
}

function jobOf(session: Session): BesideSession {
  return session as unknown as BesideSession;
}

async function runAll(job: BesideSession): Promise<Runs> {
  const [gateway, other] = await Promise.all([startGateway(), startGateway()]);
  const [nobody = 0] = await freePorts(1);
  const run = (port: number, errorRate: 0 | 1, seed: number) =>
    job.run({
      PUSHGATEWAY_PORT: `${port}`,
      REGISTRY_DELAY_MS: `${DELAY_MS}`,
      REGISTRY_ERROR_RATE: `${errorRate}`,
      SEED: `${seed}`,
    });
  const pushing = async (to: typeof gateway, errorRate: 0 | 1, seed: number): Promise<Run> => {
    const before = to.pushes().length;
    const ended = await run(to.port, errorRate, seed);
    return { ...ended, pushes: to.pushes().slice(before), kept: to.kept() };
  };
  try {
    const [[success, failure], again, alone] = await Promise.all([
      pushing(gateway, 0, 1).then(async (first) => [first, await pushing(gateway, 1, 2)] as const),
      pushing(other, 0, 3),
      run(nobody, 0, 4),
    ]);
    return { success, failure, again, alone };
  } finally {
    gateway.close();
    other.close();
  }
}

/** What a job has printed, for a person. */
function printedBy({ exit, stdout, stderr }: Ended, entry: string): string {
  const how = exit ? `exit code ${exit.code ?? exit.signal}` : 'it ran on, and was ended';
  return [how, firstLines(stdout, 3), excerptOf(stderr, entry) || firstLines(stderr, 5)]
    .filter(Boolean)
    .join('\n');
}

/** The trees that a run has printed, by species. */
function counted({ stdout }: Ended): Map<string, number> {
  return new Map(
    SPECIES.flatMap((species) => {
      const found = new RegExp(`^${species}: (\\d+)$`, 'm').exec(stdout);
      return found ? [[species, Number(found[1])] as const] : [];
    }),
  );
}

function samplesOf(families: readonly Family[], name: string): readonly Sample[] {
  return families.find((family) => family.name === name)?.samples ?? [];
}

/** Metrics as lines, or that there is none. */
function shown(families: readonly Family[], name?: string, most = 6): string {
  const lines = families
    .filter((family) => name === undefined || family.name === name)
    .flatMap(({ samples }) => samples.map(lineOf));
  if (lines.length === 0) return name ? `no ${name}` : 'nothing';
  const rest = lines.length - most;
  return [...lines.slice(0, most), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

const shownKey = (key: Push['key']) =>
  `/metrics${Object.entries(key)
    .map(([label, value]) => `/${label}/${value}`)
    .join('')}`;

const SUCCEEDS = 'ran the job, with a registry that answers';
const FAILS = 'ran it again, with a registry that fails';

const ends = check({
  name: 'the job counts the trees and ends, with its exit code',
  opens: true,
  hints: {
    'job-missing': {
      first: 'Begin with the job of this chapter: `make begin STEP=job` brings app/job.ts.',
      fuller:
        'The job is app/job.ts, a file of its own beside your server, and it is not there. `make begin STEP=job` brings it, and leaves the other files of app/ as they are.',
    },
    'ends-never': {
      first: 'Let the job end by itself: something in it keeps its process alive.',
      fuller:
        'A job is over when nothing is left to wait for. A server, an interval or an open connection keeps a Node.js process alive for ever, and the next night a second one starts. A job needs no /metrics of its own and no timer: it pushes once and ends.',
    },
    'job-broken': {
      first: 'Let the job count and print the trees as it did, and then end with 0.',
      fuller:
        'The registry has answered, and the job has not printed the line of each species or has not ended with exit code 0. What it printed is quoted above. `make diff STEP=job` shows what the chapter changes, and exercises/job/begin/job.ts is the job as it was.',
    },
    'exit-code-lost': {
      first: 'A job that has failed must say so by its exit code: let it be 1 as before.',
      fuller:
        'The registry did not answer, so nobody was counted, and the job ended with exit code 0. Whatever starts it at night goes by the exit code. Leave `process.exitCode = 1` in the catch block: it takes effect when the process ends by itself, after the push.',
    },
  },
  async run(session, fail) {
    const { entry, isThere } = jobOf(session);
    if (!isThere()) {
      const expected = 'a job to run';
      throw fail('job-missing', { did: `looked for ${entry}`, expected, got: 'it is not there' });
    }
    const { success, failure } = await runsOf(session);
    const finding = (did: string, expected: string, run: Ended): Finding => {
      return { did, expected, got: printedBy(run, entry) };
    };
    for (const [did, run] of [[SUCCEEDS, success] as const, [FAILS, failure] as const]) {
      if (!run.exit) throw fail('ends-never', finding(did, 'a process that ends by itself', run));
    }
    if (success.exit?.code !== 0 || counted(success).size < SPECIES.length) {
      const expected = 'the trees of each species, and exit code 0';
      throw fail('job-broken', finding(SUCCEEDS, expected, success));
    }
    if (failure.exit?.code === 0) {
      throw fail('exit-code-lost', finding(FAILS, 'exit code 1', failure));
    }
  },
});

const pushes = check({
  name: 'it pushes to the Pushgateway when it is done, and what it pushed stays',
  hints: {
    'nothing-pushed': {
      first: 'Nothing has come: push, with the address from `settings.PUSHGATEWAY_PORT`.',
      fuller:
        'A Pushgateway was there, and got nothing. `new Pushgateway(`http://localhost:${settings.PUSHGATEWAY_PORT}`, {}, registry)` and `await gateway.pushAdd({ jobName: "census" })` at the end of the job send what the registry holds. With an address of your own in place of the setting, the push goes elsewhere.',
    },
    'ended-before-push': {
      first: 'Wait for the push: `await gateway.pushAdd(…)`, and end by process.exitCode.',
      fuller:
        '`process.exit()` ends the process at once, with what is still on its way. The push is a request over the network: `await` it, and let the process end by itself. `process.exitCode = 1` sets the code with which it then ends.',
    },
    'push-refused': {
      first: 'The push had an error: what the job printed about it is quoted above.',
      fuller:
        'Something of the metrics or of the address was refused. A Pushgateway takes the text format at /metrics/job/NAME, as `new Pushgateway(url, {}, registry)` sends it.',
    },
    'pushed-early': {
      first: 'Push at the end: what was pushed knows nothing of the census.',
      fuller:
        'The job has counted the trees and printed them, and what the Pushgateway has got holds neither the trees nor a time of success. Metrics go out as they are at the moment of the push: `await takeCensus(settings)`, set all of them, and push last.',
    },
    'deleted-at-once': {
      first: 'Leave what was pushed where it is: Prometheus comes for it only later.',
      fuller:
        'The job has pushed and then deleted its group, or replaced it by an empty one. Prometheus asks the Pushgateway every few seconds, and finds nothing. `delete` is for the day on which a job is given up for good.',
    },
  },
  async run(session, fail) {
    const { success } = await runsOf(session);
    const finding = (expected: string, got: string): Finding => ({ did: SUCCEEDS, expected, got });
    if (success.pushes.length === 0) {
      const said = printedBy(success, jobOf(session).entry);
      const expected = 'a push to the Pushgateway';
      if (success.exitedAt) {
        const got = `nothing was pushed; the job has called process.exit\n${success.exitedAt}`;
        throw fail('ended-before-push', finding(expected, got));
      }
      const refused = /push failed|status 4\d\d/.test(success.stderr);
      const hint = refused ? 'push-refused' : 'nothing-pushed';
      throw fail(hint, finding(expected, `nothing was pushed\n${said}`));
    }
    if (success.kept.length === 0) {
      const methods = success.pushes.map(({ method, key }) => `${method} ${shownKey(key)}`);
      const expected = 'metrics that stay in the Pushgateway';
      throw fail(
        'deleted-at-once',
        finding(expected, `it keeps none, after\n${methods.join('\n')}`),
      );
    }
    const values = [TREES, LAST_SUCCESS].flatMap((name) => samplesOf(success.kept, name));
    // It prints what it has counted when the census is over.
    const over = (success.spokeAt ?? Infinity) - DELAY_MS;
    const early = success.pushes.every(({ at }) => at < over);
    if (early && values.every(({ value }) => value === 0)) {
      throw fail('pushed-early', finding('what the census has found', shown(success.kept)));
    }
  },
});

const group = check({
  name: 'its group is job="census", night after night',
  hints: {
    'key-changes': {
      first: 'Push into the same group each time: a new key is a new group for ever.',
      fuller:
        'Two runs have pushed into two groups. A Pushgateway forgets no group by itself: with a time, a process id or a random number in the grouping key, each night leaves one behind, and an alert on the last success would see them all. When it ran is a value, not a label.',
    },
    'key-instance': {
      first: 'Leave the groupings out: which machine ran the job does not matter.',
      fuller:
        'The grouping key holds more than the job. A census is one thing, wherever it runs: when it moves to another machine, the group of the old one would stay, with a last success that gets older and older. `pushAdd({ jobName: "census" })` is all.',
    },
    'key-name': {
      first: 'Name the job census: `jobName: "census"`.',
      fuller:
        'The alert and the queries of this chapter ask for the job called census. The name of the job is what you give as `jobName`; it becomes the label `job`.',
    },
  },
  async run(session, fail) {
    const { success, again } = await runsOf(session);
    const keys = [success, again].flatMap(({ pushes: [first] }) => (first ? [first.key] : []));
    const [one, other] = keys.map(shownKey);
    const finding = (got = ''): Finding => {
      return { did: 'ran the job twice', expected: 'pushes to /metrics/job/census', got };
    };
    if (one !== other) throw fail('key-changes', finding(`${one}\n${other ?? 'nothing'}`));
    const { job, ...rest } = keys[0] ?? {};
    if (Object.keys(rest).length > 0) throw fail('key-instance', finding(one));
    if (job !== 'census') throw fail('key-name', finding(one));
  },
});

const own = check({
  name: 'it pushes its own metrics, and not the default ones',
  hints: {
    'others-pushed': {
      first: 'Push a registry of its own: `new Registry()`, without the default metrics.',
      fuller:
        'The memory and the event loop of a process that is gone help nobody, and would stand in Prometheus for ever as if it lived. Make a registry for the job, `const registry = new Registry()`, give it to each metric, `registers: [registry]`, and to the Pushgateway as its third argument.',
    },
  },
  async run(session, fail) {
    const { success } = await runsOf(session);
    const others = success.kept.filter(({ name }) => /^(process|nodejs)_/.test(name));
    if (others.length === 0) return;
    throw fail('others-pushed', {
      did: SUCCEEDS,
      expected: 'nothing of the process itself',
      got: shown(others, undefined, 4),
    });
  },
});

const result = check({
  name: `it pushes ${TREES} by species, and ${DURATION}`,
  hints: {
    'trees-wrong': {
      first: `Set the gauge ${TREES} to what was counted, with the label species.`,
      fuller: `The job has printed how many trees it counted. \`${TREES}\` with the label species shall say the same: \`for (const species of SPECIES) counted.set({ species }, trees[species])\`, before the push.`,
    },
    'trees-missing': {
      first: `No ${TREES} has come: is it set, and in the registry that you push?`,
      fuller: `Two things bring a gauge into the push. It must be in the registry that the Pushgateway gets: \`registers: [registry]\`, for without it, it goes to the default one. And with a label it shows nothing before it is set: \`counted.set({ species }, trees[species])\`.`,
    },
    'duration-missing': {
      first: `Say how long the census took: a gauge ${DURATION}.`,
      fuller: `A job runs once a night: its duration is one number, not a distribution, so a gauge tells it. \`const stopTimer = duration.startTimer()\` before the census and \`stopTimer()\` after it set the gauge \`${DURATION}\` to the seconds between.`,
    },
    'duration-milliseconds': {
      first: 'Give the duration in seconds, as the name says.',
      fuller:
        'The duration is larger than the time for which the job ran at all: it seems to be in milliseconds. A gauge that is fed by `startTimer()` gets seconds; differences of `Date.now()` must be divided by 1000.',
    },
    'duration-short': {
      first: 'Stop the timer once the census is over: wait for it with `await` first.',
      fuller:
        'The registry takes its time, and the duration is shorter than that. A timer that is stopped before the promise of `takeCensus` has come true measures only how long it took to ask.',
    },
  },
  async run(session, fail) {
    const { success } = await runsOf(session);
    const finding = (expected: string, name: string): Finding => {
      return { did: SUCCEEDS, expected, got: shown(success.kept, name) };
    };
    const trees = counted(success);
    const pushed = samplesOf(success.kept, TREES);
    const agrees = ([species, value]: [string, number]) =>
      pushed.some((sample) => sample.labels.species === species && sample.value === value);
    if (pushed.length !== trees.size || ![...trees].every(agrees)) {
      const lines = [...trees].map(([species, value]) => `${TREES}{species="${species}"} ${value}`);
      const hint = pushed.length === 0 ? 'trees-missing' : 'trees-wrong';
      throw fail(hint, finding(lines.join('\n'), TREES));
    }
    const [duration] = samplesOf(success.kept, DURATION);
    const took = `${DURATION} from ${(2 * DELAY_MS) / 1000} to ${success.seconds.toFixed(1)}`;
    if (!duration) throw fail('duration-missing', finding(took, DURATION));
    if (duration.value > success.seconds) {
      throw fail('duration-milliseconds', finding(took, DURATION));
    }
    if (duration.value < LEAST_SECONDS) throw fail('duration-short', finding(took, DURATION));
  },
});

const lastSuccess = check({
  name: `it pushes ${LAST_SUCCESS}`,
  hints: {
    'success-missing': {
      first: `Say when it last succeeded: a gauge ${LAST_SUCCESS}.`,
      fuller: `The alert of this chapter asks how long ago the last success was. After the census, \`lastSuccess.setToCurrentTime()\` sets a gauge called \`${LAST_SUCCESS}\` to the time of now.`,
    },
    'success-milliseconds': {
      first: 'Give the time in seconds since 1970: `setToCurrentTime()` does.',
      fuller:
        "`Date.now()` is in milliseconds, and Prometheus' `time()` in seconds: their difference would be far in the future, and the alert silent for ever. `lastSuccess.setToCurrentTime()`, or `lastSuccess.set(Date.now() / 1000)`.",
    },
    'success-other-time': {
      first: 'Set it to the time of now, once the census has succeeded.',
      fuller:
        'The value is not the moment at which this run succeeded. Export the moment itself, not the time that has passed since: that is for the query to compute, `time() - …`.',
    },
  },
  async run(session, fail) {
    const { success } = await runsOf(session);
    const finding: Finding = {
      did: SUCCEEDS,
      expected: `${LAST_SUCCESS} ${success.endedAt.toFixed(0)}`,
      got: shown(success.kept, LAST_SUCCESS),
    };
    const [sample] = samplesOf(success.kept, LAST_SUCCESS);
    if (!sample) throw fail('success-missing', finding);
    if (isAbout(sample.value / 1000, success.endedAt)) throw fail('success-milliseconds', finding);
    if (!isAbout(sample.value, success.endedAt)) throw fail('success-other-time', finding);
  },
});

function isAbout(seconds: number, now: number): boolean {
  return Math.abs(seconds - now) < CLOCK_SECONDS;
}

const failed = check({
  name: 'a run that fails leaves the last success as it was',
  hints: {
    'success-lost': {
      first: 'Add to the group, do not replace it: `pushAdd` where you have `push`.',
      fuller:
        'After a run that failed, the time of the last success is gone from the Pushgateway. `push` replaces all metrics of the group by what it sends. `pushAdd` replaces only the metrics that it sends, by their names, and leaves the others: then do not send the last success when there was none.',
    },
    'success-zero': {
      first: 'Send the last success only when there was one: a gauge without a value shows 0.',
      fuller:
        'A failed run has overwritten the last success with 0, the year 1970. prom-client shows a gauge without labels as 0 until somebody sets it, and it goes out with the push. Keep it out of the registry until the census has succeeded: `registers: []` when you create it, and `registry.registerMetric(lastSuccess)` when you set it.',
    },
    'success-by-failure': {
      first: 'Set the last success only when the census has succeeded, not in `finally`.',
      fuller:
        'The registry did not answer, and the last success moved to now: the alert would never come. Set it behind `await takeCensus(settings)`, within the try block, where nobody comes after an error.',
    },
    'trees-by-failure': {
      first: 'Leave the trees of the last success alone, too: a run that fails knows none.',
      fuller: `The registry did not answer, and \`${TREES}\` is another than before: in Prometheus it looks as if trees had been felled. Set it only behind \`await takeCensus(settings)\`. A gauge with a label that nobody has set sends nothing, and \`pushAdd\` leaves what was there.`,
    },
  },
  async run(session, fail) {
    const { success, failure } = await runsOf(session);
    const [before] = samplesOf(success.kept, LAST_SUCCESS);
    const [after] = samplesOf(failure.kept, LAST_SUCCESS);
    if (before?.value === after?.value) {
      const trees = shown(success.kept, TREES);
      const got = shown(failure.kept, TREES);
      if (trees === got) return;
      throw fail('trees-by-failure', { did: FAILS, expected: `as before\n${trees}`, got });
    }
    const hint = !after
      ? 'success-lost'
      : after.value === 0
        ? 'success-zero'
        : 'success-by-failure';
    throw fail(hint, {
      did: FAILS,
      expected: before ? `${LAST_SUCCESS} ${before.value}, as before` : '',
      got: after ? `${LAST_SUCCESS} ${after.value}` : `no ${LAST_SUCCESS} any more`,
    });
  },
});

const alone = check({
  name: 'without a Pushgateway it still does its work, and says so',
  hints: {
    'fails-without': {
      first: 'Catch the error of the push, and leave the exit code alone: the trees are counted.',
      fuller:
        "No Pushgateway was there, and the job failed, though the census had succeeded: whoever starts it at night would start it again, or call somebody, for the metrics' sake. Put try and catch around the push, print the error on standard error, and leave the exit code alone. The alert on the last success tells you anyway.",
    },
    'waits-without': {
      first: 'Give up when the push has failed: the job must end, with or without it.',
      fuller:
        'No Pushgateway was there, and the job went on for long after its census. Try once, or a few times, then end.',
    },
    'silent-without': {
      first: 'Print the error of the push with console.error: nobody knows of it else.',
      fuller:
        'The push has failed, and the job said nothing about it. An empty catch block hides the reason from whoever looks for it in the morning: `console.error(error)` puts it into the log.',
    },
  },
  async run(session, fail) {
    const { alone: run } = await runsOf(session);
    const got = printedBy(run, jobOf(session).entry);
    const finding = (expected: string): Finding => {
      return { did: 'ran the job without a Pushgateway', expected, got };
    };
    if (!run.exit) throw fail('waits-without', finding('a process that ends'));
    if (run.exit.code !== 0) throw fail('fails-without', finding('exit code 0'));
    if (run.stderr.trim() === '') {
      throw fail('silent-without', finding('a line on standard error'));
    }
  },
});

/** Makes a job measurable that is gone when Prometheus asks. */
export const lesson: LessonChecks = {
  title: 'A job that ends',
  text: 'PRODUCTION.md',
  beside: 'job.ts',
  learned:
    'You have measured a job that nobody can scrape, and its failure leaves the last success.',
  checks: [ends, pushes, group, own, result, lastSuccess, failed, alone],
};
