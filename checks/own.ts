import { shown } from './01-bare-handler.ts';
import { CONFIRMER, LIMIT_S } from './reservations/plan.ts';
import {
  ask,
  judgeNow,
  judgeShare,
  judgeTime,
  QUERIES_FILE,
  QUESTIONS,
  readQueries,
  shownResult,
  type TimeHistogram,
  type Wrong,
} from './reservations/queries.ts';
import {
  isOwn,
  ownMoves,
  ownSamples,
  record,
  shownMoves,
  type Look,
  type OwnMove,
  type Recording,
} from './reservations/recording.ts';
import type { Finding, Hint } from './harness/failure.ts';
import { linesOf, once, type Scrape } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type Check, type LessonChecks } from './harness/types.ts';
import type { Promtool, Result } from './queries/promtool.ts';

/** A label with more values than this has one for each reservation, or for each moment. */
const MOST_VALUES = 12;

/** One recording for all checks of a program, and one answer of promtool. */
const recordings = new WeakMap<Session, () => Promise<Recording>>();

function recordingOf(session: Session): Promise<Recording> {
  const recording = recordings.get(session) ?? once(() => record(session));
  recordings.set(session, recording);
  return recording();
}

const routes = check({
  name: 'visitors can reserve and confirm',
  opens: true,
  hints: {
    'routes-missing': {
      first: 'Begin with the program of this chapter: `make begin STEP=own` brings its routes.',
      fuller:
        'This program has no page /reserve. The chapter begins with a program of its own, the one of chapter 07 with two routes more: `make begin STEP=own` puts it into app/, and saves what is there. When you have done the chapter, `make restore` lists the saved copies and brings yours back.',
    },
    'routes-changed': {
      first: 'Let /reserve and /confirm answer as they did: `make begin STEP=own` has them.',
      fuller:
        'The answer is another one than the program gives as the chapter begins. Measuring must change nothing for the visitors: leave what `reserve` and `confirm` answer as it is, or compare with exercises/own/begin/server.ts.',
    },
  },
  async run(session, fail) {
    // A program without metrics is that of another chapter, too.
    const { refusal } =
      session.firstAnswer.status === 404
        ? { refusal: await session.send('POST', '/reserve?species=oak') }
        : await recordingOf(session);
    if (!refusal) return;
    throw fail(
      /reserve/.test(refusal.request) && refusal.status === 404
        ? 'routes-missing'
        : 'routes-changed',
      {
        did: `sent ${refusal.request}`,
        expected: 'the answer of the program as the chapter begins',
        got: shown(refusal),
      },
    );
  },
});

const isCount = ({ sample: { name } }: OwnMove, scrape: Scrape) =>
  scrape
    .families()
    .some(({ name: family, type }) =>
      type === 'counter' ? family === name : type === 'histogram' && `${family}_count` === name,
    );

const events = check({
  name: 'your metrics see a reservation begin and end, also when no request comes',
  hints: {
    'nothing-of-yours': {
      first: 'Write down name, type, labels and unit of a metric, then create it in metrics.ts.',
      fuller:
        'The metrics are those that the program began with. Take the manager\'s three questions one by one: what must you know to answer it, is it a number that only rises, one that goes up and down, or how values are spread? Then create the metric as in chapters 03 to 07, and feed it where things happen: `reservations.on("made", (reservation) => …)`.',
    },
    'made-unseen': {
      first:
        'Nothing of yours moves when a reservation is made: listen to `made`, or read the list.',
      fuller:
        'A visitor has reserved an oak, and all your metrics are as before. How many are reserved now needs that moment: set a gauge to `reservations.open[species].length`, or count what is made, in a listener: `reservations.on("made", ({ species }) => …)`. The metrics must be in the registry that /metrics shows.',
    },
    'confirmed-unseen': {
      first: 'Nothing of yours moves when a reservation is confirmed: listen to `confirmed`.',
      fuller:
        'A visitor has confirmed, and all your metrics are as before. The second question compares those who confirm with those who do not, and the third asks how long they take: `reservations.on("confirmed", ({ madeAt }) => …)` is the place for both.',
    },
    'expiry-unseen': {
      first: 'A reservation has expired, and nothing of yours moved: listen to `expired`.',
      fuller:
        'An expiry comes without a request, so nothing that hangs on requests can see it: not `measure`, and not the handlers. The list tells of it: `reservations.on("expired", ({ species }) => …)`. Or let a gauge read the list at the moment of the scrape, with `collect()`.',
    },
    'expiry-on-visit': {
      first: 'Your metrics see an expiry only when the next visitor comes: listen to `expired`.',
      fuller:
        'A reservation expired and nothing of yours moved; then somebody opened the front page, and it did. At night nobody comes, and the graph is wrong until morning. Set the gauge in a listener of `expired` as well, or let `collect()` read the list at the moment of the scrape.',
    },
    'expiry-twice': {
      first: 'Count an expiry once: one reservation expired, and a counter rose by more.',
      fuller:
        'One reservation has expired, and a metric of yours counted more than one. Either two listeners count the same, or a listener is added again at each request: `reservations.on` belongs to the top of the file, where it runs once.',
    },
  },
  async run(session, fail) {
    const { made, confirmed, expired, visited, last } = await recordingOf(session);
    const finding = (did: string, what: string, moves: readonly OwnMove[]): Finding => ({
      did,
      expected: `a metric of yours ${what}`,
      got: shownMoves(moves),
    });
    const reserving = 'reserved an oak';
    if (!last.names().some(isOwn)) {
      throw fail('nothing-of-yours', {
        ...finding(reserving, 'moves', []),
        got: 'no metric but those that the program began with',
      });
    }
    const seen = ownMoves(made);
    if (seen.length === 0) throw fail('made-unseen', finding(reserving, 'moves', seen));
    const ended = ownMoves(confirmed);
    if (ended.length === 0) {
      throw fail('confirmed-unseen', finding('confirmed it 12 seconds later', 'moves', ended));
    }
    const gone = ownMoves(expired);
    const waiting = `let a reservation expire, after ${LIMIT_S} seconds, without a request`;
    if (gone.length === 0) {
      const later = ownMoves(visited);
      if (later.length === 0) throw fail('expiry-unseen', finding(waiting, 'moves', gone));
      const { did, expected } = finding(`${waiting}, then asked GET /`, 'moves at once', gone);
      const got = `nothing at first; after GET /\n${shownMoves(later)}`;
      throw fail('expiry-on-visit', { did, expected, got });
    }
    const twice = gone.filter((move) => move.by > 1 && isCount(move, expired.after));
    if (twice.length > 0) {
      throw fail('expiry-twice', finding(waiting, 'rises by 1', twice));
    }
  },
});

const labels = check({
  name: 'every label of yours has few values',
  hints: {
    'label-unbounded': {
      first: 'Take this label out, or give it a short list of values: each value is a series.',
      fuller:
        'A label that holds an id, a time or a visitor has a new value for each reservation, and each value is a series that Prometheus keeps for good. Which question needs it? A species, and how it ended, are short lists. For the one case that went wrong there is the log.',
    },
  },
  async run(session, fail) {
    const { last } = await recordingOf(session);
    const values = new Map<string, Set<string>>();
    for (const { name, labels } of ownSamples(last)) {
      for (const [label, value] of Object.entries(labels)) {
        if (label === 'le' || label === 'quantile') continue;
        const key = `${name} ${label}`;
        values.set(key, (values.get(key) ?? new Set()).add(value));
      }
    }
    const [worst] = [...values].filter(([, all]) => all.size > MOST_VALUES);
    if (!worst) return;
    const [name = '', label = ''] = worst[0].split(' ');
    throw fail('label-unbounded', {
      did: 'had some thirty visitors reserve',
      expected: `a short list of values for the label ${label} of ${name}`,
      got: `${worst[1].size} values\n${linesOf(last, name, {}, 3)}`,
    });
  },
});

/** A mean time of more than this cannot be in seconds: nobody confirms after the limit. */
const MOST_SECONDS = LIMIT_S * 10;

const units = check({
  name: 'times are in seconds',
  hints: {
    'time-in-milliseconds': {
      first: 'Observe seconds, not milliseconds: divide the difference of two dates by 1000.',
      fuller:
        'A reservation is open for 20 seconds, and your metric has seen far larger times: `Date.now()` and `getTime()` are in milliseconds. Metrics are in base units, so that nobody has to ask: `(Date.now() - madeAt.getTime()) / 1000`, in a metric whose name ends in _seconds.',
    },
  },
  async run(session, fail) {
    const { last } = await recordingOf(session);
    for (const { name, type } of last.families()) {
      if (!isOwn(name) || (type !== 'histogram' && type !== 'summary')) continue;
      const sum = last.sum(`${name}_sum`);
      const count = last.sum(`${name}_count`);
      if (count === 0 || sum / count <= MOST_SECONDS) continue;
      throw fail('time-in-milliseconds', {
        did: `had visitors confirm, all of them within ${LIMIT_S} seconds`,
        expected: `${name}_sum / ${name}_count is at most ${LIMIT_S}`,
        got: `it is ${Math.round(sum / count)}`,
      });
    }
  },
});

const names = check({
  name: 'promtool finds nothing to say about your metrics',
  hints: {
    'no-promtool': {
      first: 'Fetch promtool, which tries your queries: `make prefetch NATIVE=1`.',
      fuller:
        'What you have measured is judged by what your queries give, and promtool evaluates them. It comes with Prometheus 3: with `make prefetch NATIVE=1`, with the image of `make up`, or on PATH. It needs no server.',
    },
    lint: {
      first: 'Do as promtool says: names have rules, by which others understand them.',
      fuller:
        'promtool looks at names, types and units: a counter ends in _total and nothing else does, times are in seconds, no name repeats its type, each metric has a help text. https://prometheus.io/docs/practices/naming/ says why.',
    },
  },
  async run(session, fail) {
    const { last } = await recordingOf(session);
    const promtool = promtoolOf(session, (finding) => fail('no-promtool', finding));
    const { stdout, stderr } = await promtool.run(['check', 'metrics'], {}, last.text);
    const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => isOwn(line) && line !== '');
    const own = lines.filter((line) => last.names().some((name) => line.startsWith(`${name} `)));
    if (own.length === 0) return;
    throw fail('lint', {
      did: 'had `promtool check metrics` read what /metrics answers',
      expected: 'not a word about your metrics',
      got: own.join('\n'),
    });
  },
});

function promtoolOf(session: Session, refuse: (finding: Finding) => Error): Promtool {
  const promtool = session.promtool();
  if (promtool) return promtool;
  throw refuse({
    did: 'looked for promtool, which evaluates queries',
    expected: 'one of Prometheus 3',
    got: 'none on PATH, none fetched, and no image of Prometheus',
  });
}

/** What the three queries gave. */
const answers = new WeakMap<Session, Promise<Result[][]>>();

async function answersOf(session: Session): Promise<Result[][]> {
  const { history } = await recordingOf(session);
  const asked = answers.get(session) ?? ask(session.promtool()!, history, queriesOf(session));
  answers.set(session, asked);
  return asked;
}

function queriesOf(session: Session): string[] {
  return readQueries(session.read(QUERIES_FILE) ?? '');
}

/** The check of one question: that its query is there, that Prometheus takes it, and what it gives. */
function question<Id extends string>(
  number: 1 | 2 | 3,
  name: string,
  hints: Readonly<Record<Id, Hint>>,
  judge: (
    results: readonly Result[],
    session: Session,
  ) => Wrong<Id> | undefined | Promise<Wrong<Id> | undefined>,
): Check {
  const key = `own-${number}` as const;
  const line = `# ${key}: ${QUESTIONS[number - 1]}`;
  return check<string>({
    name: `${key} ${name}`,
    hints: {
      [`${key}-missing`]: {
        first: `Write a query into ${QUERIES_FILE}, beside server.ts, below its line \`# ${key}\`.`,
        fuller: `Metrics are only half of an answer: the manager wants a number. \`make begin STEP=own\` has brought the file ${QUERIES_FILE} with the three questions, each on a line that begins with \`# own-1\` to \`# own-3\`; your query stands below. If the line is gone, write it yourself.`,
      },
      [`${key}-refused`]: {
        first: 'Prometheus does not take this query: it says where, and what it expected.',
        fuller:
          "The message is that of Prometheus itself, with the line and the column in your query. Try the query in the browser, on Prometheus' own page, where it is marked as you type. A range such as `[5m]` stands behind a metric, inside of `rate` or `increase`; `sum` comes around that.",
      },
      ...hints,
    },
    async run(session, fail) {
      const query = queriesOf(session)[number - 1]!;
      if (query === '') {
        throw fail(`${key}-missing`, {
          did: `read ${QUERIES_FILE} beside your program`,
          expected: `a query below the line\n${line}`,
          got: session.read(QUERIES_FILE) === undefined ? 'no such file' : 'none',
        });
      }
      const results = (await answersOf(session))[number - 1]!;
      const did = `asked own-${number}: ${QUESTIONS[number - 1]}`;
      const refused = results.find(({ error }) => error);
      if (refused) {
        const finding = { did: `asked ${query}`, expected: 'an answer', got: shownResult(refused) };
        throw fail(`${key}-refused`, finding);
      }
      const wrong = await judge(results, session);
      if (wrong) throw fail(wrong.hint, { did, expected: wrong.expected, got: wrong.got });
    },
  });
}

const reserved = question(
  1,
  'tells how many trees are reserved, by species, at any moment',
  {
    'now-expired-stay': {
      first: 'Take off those that expire, too: your answer still counts them as reserved.',
      fuller:
        'The answer is right for those who confirm, and too high by those who let it expire. What goes up when a reservation is made must come down both ways it can end: in a listener of `confirmed` and in one of `expired`. A gauge that is set to the length of the list cannot drift.',
    },
    'now-all-stay': {
      first: 'Take off those that have ended: your answer still counts them as reserved.',
      fuller:
        'A reservation was confirmed, another one expired, and the answer did not fall. How many are reserved now goes up and down: a gauge, set to the length of `reservations.open[species]` at every event; or three counters, made less confirmed less expired. If `make metrics` shows it right, the query asks for another time than now.',
    },
    'now-confirmed-stay': {
      first: 'Take off those that are confirmed, too: your answer still counts them as reserved.',
      fuller:
        'The answer is right for those that expire, and too high by those who have confirmed. A reservation ends in two ways: lower the gauge in a listener of `confirmed` as well.',
    },
    'now-refused-counted': {
      first: 'Count what was made, not what was asked for: a refused one was never reserved.',
      fuller:
        'Visitors were refused, because all places of the species were taken or because nobody knows it, and your answer counts them. In the handler, that is known only behind `reservations.reserve(species)`; the event `made` comes only for what was made.',
    },
    'now-nothing': {
      first: 'The answer is empty at every moment: is the name spelled as in /metrics?',
      fuller:
        'No series fits the query, whatever was reserved. Ask for the name alone, without labels and without anything around it, and compare it with what `make metrics` shows, letter by letter; then add the rest from the inside out.',
    },
    'now-no-partner': {
      first: 'The answer is empty: each side needs the same labels. `sum by (species)` leaves one.',
      fuller:
        'Prometheus calculates with pairs of series whose labels are the same on both sides, and leaves out all others: made and expired, told apart by a label, are no such pair. Put `sum by (species) (…)` around each side. Empty is also what comes of a name or a label value that is misspelled: ask for each side alone.',
    },
    'now-growth': {
      first: 'How many are reserved now is no growth: ask for the value as it stands.',
      fuller:
        'What is made, confirmed and expired within a range leaves out the reservations from before it, and `increase` and `rate` only estimate: they are rarely whole. A gauge says how many there are; of counters, take those that ended from those that were made, as they stand.',
    },
    'now-no-species': {
      first: 'The manager wants a number for each species: a series for oak, beech and pine.',
      fuller:
        'Each series of the answer must have one of the species as the value of a label, and each species one series. Give the metric a label for the species, and sum by it in the query: `sum by (species) (…)`.',
    },
    'now-no-zero': {
      first: 'Show 0 where none is reserved: a species that is missing looks like no answer.',
      fuller:
        'Where nothing of a species is reserved, the answer has no series for it. A series begins when it is first set: set each species to 0 at the start, and when the last reservation ends. A `collect()` that calls `reset()` must set all of them, too.',
    },
    'now-other': {
      first: 'Compare with the list: `reservations.open[species].length` is the truth.',
      fuller:
        'The answer is not what visitors had reserved at that moment. Look at the metric with `make metrics` while you reserve, confirm and wait for 20 seconds: where does it part from what you see on the page? A gauge that copies the length of the list at every event cannot part from it.',
    },
  },
  (results, session) => judgeNow(results, queriesOf(session)[0]),
);

const share = question(
  2,
  'tells which share of those that ended expired, in the last 5 minutes',
  {
    'share-refused-counted': {
      first:
        'Take the refused ones out: a visitor without a place can neither confirm nor let one expire.',
      fuller:
        'The share is what comes out if visitors who were refused count among those who reserved. Count where it is known that a reservation was made, by the event `made`, not where somebody asks for one.',
    },
    'share-late-counted': {
      first: 'A visitor who comes too late has not confirmed: count only what `confirmed` tells.',
      fuller:
        'The share is what comes out if each request to /confirm counts, also those that were answered with 410 because the reservation had expired. The event `confirmed` comes only for those that were in time.',
    },
    'share-of-made': {
      first: 'Divide by those that ended: whoever reserved a moment ago may still confirm.',
      fuller:
        'The share is what comes out if all that were made stand below the line. Those that wait now have neither confirmed nor expired, so it is too low whenever many have just reserved. Below the line belong the confirmed and the expired.',
    },
    'share-of-all-events': {
      first: 'Divide by those that ended, each once: yours also counts each as it is made.',
      fuller:
        'One counter tells of all three events, and without a choice by its label the sum holds each reservation twice: when it is made, and when it ends. Below the line, choose the two ways to end: `{event=~"confirmed|expired"}`, or whatever your label is called.',
    },
    'share-other-range': {
      first: 'The manager asks for the last 5 minutes: the range of your query is another one.',
      fuller:
        'The range in the brackets says which stretch of time `increase` and `rate` look at. The chapters before mostly took `[1m]`; here, `[5m]` is what is asked for. In a short range there may be nobody at all, and 0 / 0 is no number.',
    },
    'share-without-parentheses': {
      first: 'A share is at most 1. `/` is computed before `+`: put what you add into parentheses.',
      fuller:
        'The answer is above 1. As in any formula, `a / a + b` is `(a / a) + b`: Prometheus divides first and adds the rest. Write `a / (a + b)`, expired divided by expired and confirmed together.',
    },
    'share-of-confirmed': {
      first: 'Divide by all that ended: you have divided by those that were confirmed.',
      fuller:
        'Expired divided by confirmed is a ratio of two parts, which can be above 1. A share is a part of the whole: expired divided by expired and confirmed together.',
    },
    'share-of-the-others': {
      first: 'This is the share of those that were confirmed: the manager asks for the others.',
      fuller:
        'The two shares add up to 1, and yours is that of the confirmed. Take the expired ones above the line.',
    },
    'share-in-percent': {
      first: 'Give the share from 0 to 1: Grafana shows it as a percentage, and alerts compare it.',
      fuller:
        'The figure is right, times 100. Ratios are from 0 to 1 by convention, as seconds are seconds: whoever shows them chooses the unit. Leave out the 100.',
    },
    'share-since-start': {
      first: 'This is the share since the program started: ask for the last 5 minutes.',
      fuller:
        'Two counters divided by each other give the share of all time, which moves less and less, and begins again with each restart. `increase(…[5m])` around both asks for the last five minutes.',
    },
    'share-over-restart': {
      first: 'The program restarted within the 5 minutes: only `increase` and `rate` know of that.',
      fuller:
        'The answer is right until the program restarts, which sets its counters to 0. `increase` and `rate` take a fall for a restart and go on counting; the difference of two moments, by `delta` or `offset`, does not.',
    },
    'share-many': {
      first: 'One number is asked for: sum above and below the line, each over all labels.',
      fuller:
        'The answer has several series. `sum(increase(…[5m]))` without `by` leaves one above the line, and one below it, which have the same labels, none, and can be divided.',
    },
    'share-no-number': {
      first: 'The answer is empty or no number: the labels of both sides must be the same.',
      fuller:
        'Prometheus divides series with the same labels, and leaves out all others: a side that keeps the label `outcome` finds no partner. Put `sum(…)` around each. Empty is also what comes of a name or a label value that is misspelled: ask for each side alone.',
    },
    'share-whole-le': {
      first: 'Nothing comes back: Prometheus stores the `le` of a whole number in another way.',
      fuller:
        'Where /metrics writes `le="20"`, Prometheus stores `20.0`, and a whole number in quotation marks fits no series. Look at the rows of the bucket without a condition on `le`, and take its value from there.',
    },
    'share-first-lost': {
      first: 'Start each series at 0: one that begins with its first event does not count it.',
      fuller:
        'A series of yours was not there at the start and came with its first event. `increase` compares samples, so the step from nothing to 1 is lost, for each series and after each restart. As in chapter 04: `inc({ … }, 0)` for each value of the labels when the program starts; a histogram has `zero({ … })`.',
    },
    'share-other': {
      first: 'Compare each side with the truth: ask for what is above the line alone.',
      fuller:
        'The answer is not the share that expired. What is counted before it is known how it ends counts too much. Ask for `sum(increase(…[5m]))` of the expired and of the others, one by one.',
    },
  },
  async (results, session) => judgeShare(results, await comesLate(session), queriesOf(session)[1]),
);

/** Whether the learner's own metrics have series at the end that were not there at the start. */
async function comesLate(session: Session): Promise<boolean> {
  const { last } = await recordingOf(session);
  return ownMoves({ before: session.first(), after: last }).some(
    ({ sample: { name, labels } }) => session.first().samples(name, labels).length === 0,
  );
}

const time = question(
  3,
  'tells within how many seconds 9 of 10 confirm, in the last 5 minutes',
  {
    'time-last-only': {
      first: 'A gauge keeps only the last time: use a histogram, which counts everybody.',
      fuller:
        'Your gauge holds how long the last one took. If several people confirm between two scrapes, Prometheus sees only the last of them, and it sees that one again at each scrape until somebody else confirms. `quantile_over_time` is about these samples, not about people. A histogram counts each of them in a bucket: `histogram_quantile(0.9, sum by (le) (rate(…_bucket[5m])))`.',
    },
    'time-other-quantile': {
      first: '9 of 10 is the quantile 0.9: your query names another one.',
      fuller:
        'A quantile is a share from 0 to 1: 0.5 is the median, within which half of the people confirm, and 0.95 leaves out one in twenty. The manager asks about nine of ten. One person who takes long among twenty moves 0.95 and not 0.9.',
    },
    'time-whole-le': {
      first: 'Nothing comes back: Prometheus stores the `le` of a whole number in another way.',
      fuller:
        'Where /metrics writes `le="20"`, Prometheus stores `20.0`, and a whole number in quotation marks fits no series. But one bucket gives how many confirm within its limit. The time of nine of ten needs all buckets: `histogram_quantile(0.9, sum by (le) (rate(…_bucket[5m])))`.',
    },
    'time-edges': {
      first: 'Choose buckets that end where people confirm: several below 20 s, one near it.',
      fuller:
        'The query is right, and the buckets are too wide for it: a quantile is estimated inside of one bucket, and above the last one Prometheus can only name its limit. Nobody confirms after 20 seconds, and whether the limit is right is decided just below it. Limits such as 5, 10, 15 and 20 show both.',
    },
    'time-other-range': {
      first: 'The manager asks for the last 5 minutes: the range of your query is another one.',
      fuller:
        'The range in the brackets says which stretch of time `rate` looks at. The chapters before mostly took `[1m]`; here, `[5m]` is what is asked for. In a short range nobody may have confirmed, and then there is no quantile: NaN.',
    },
    'time-summary-window': {
      first: 'A summary chooses its window in the code: `maxAgeSeconds`. Is yours five minutes?',
      fuller:
        'What a summary says is about the time that `maxAgeSeconds` names, and without it about everything since the start. The query cannot change that. Give it 300 seconds and some `ageBuckets`; or take a histogram, whose range is chosen by who asks.',
    },
    'time-expired-mixed-in': {
      first: 'Leave the expired ones out: they did not confirm, and each of them takes 20 s.',
      fuller:
        'The histogram also holds the reservations that expired, each with the whole 20 seconds, and the answer is too high by them. Observe only in a listener of `confirmed`; or tell them apart by a label, and ask for the confirmed ones: `{outcome="confirmed"}`.',
    },
    'time-since-start': {
      first: 'This is the answer for all time: put `rate(…[5m])` around the buckets.',
      fuller:
        'Buckets are counters: as they stand they tell of everybody since the start, and quick people today hardly move them. `histogram_quantile(0.9, sum by (le) (rate(…_bucket[5m])))` tells of the last five minutes.',
    },
    'time-mean': {
      first: 'This is the mean: the manager asks for the time within which 9 of 10 confirm.',
      fuller:
        'Sum divided by count gives the mean, which hides those who nearly run into the limit. `histogram_quantile(0.9, …)` over the buckets gives the time that one in ten exceeds.',
    },
    'time-many': {
      first: 'One number is asked for: `sum by (le)` leaves the buckets of all together.',
      fuller:
        'The answer has several series, one for each set of labels. `histogram_quantile` needs `le` and nothing else: `sum by (le) (rate(…_bucket[5m]))`.',
    },
    'time-no-number': {
      first: 'The answer is empty or no number: does the query ask for `_bucket`, and keep `le`?',
      fuller:
        '`histogram_quantile` works on the series that end in _bucket, and on their label `le`: a sum without `by (le)` loses it. Empty is also what comes of a misspelled name: ask for the inner part of the query alone, from the inside out.',
    },
    'time-other': {
      first: 'Observe the time from made to confirmed, and ask for the 0.9 quantile of 5 minutes.',
      fuller:
        'The answer is not the time within which nine of ten confirmed. `madeAt` of the reservation says when it began, and `confirmed` comes when it ends; a histogram with limits below and near 20 seconds shows how these times are spread: `histogram_quantile(0.9, sum by (le) (rate(…_bucket[5m])))`.',
    },
  },
  async (results, session) => {
    const { confirmed, expired, last } = await recordingOf(session);
    const histogram = histogramOf(last, { confirmed, expired });
    return judgeTime(results, histogram, queriesOf(session)[2], lastWaitOf(confirmed));
  },
);

/** The learner's gauge that a confirmation sets to the time that it took. */
function lastWaitOf(confirmed: Look): string | undefined {
  const { confirmsAfter = NaN } = CONFIRMER;
  const gauges = confirmed.after.families().filter(({ type }) => type === 'gauge');
  return ownMoves(confirmed).find(
    ({ sample: { name, value } }) =>
      gauges.some((gauge) => gauge.name === name) && Math.abs(value - confirmsAfter) < 0.5,
  )?.sample.name;
}

/** The learner's histogram that a confirmation moves. */
function histogramOf(
  last: Scrape,
  { confirmed, expired }: Pick<Recording, 'confirmed' | 'expired'>,
): TimeHistogram | undefined {
  const observes = (name: string, moves: readonly OwnMove[]) =>
    moves.some(({ sample }) => sample.name === `${name}_count`);
  const family = last
    .families()
    .find(({ name, type }) => type === 'histogram' && observes(name, ownMoves(confirmed)));
  if (!family) return undefined;
  const limits = family.samples.flatMap(({ labels }) => labels.le ?? []);
  const edges = [...new Set(limits.filter((le) => le !== '+Inf').map(Number))];
  return {
    name: family.name,
    edges: edges.toSorted((a, b) => a - b),
    holdsExpired: observes(family.name, ownMoves(expired)),
  };
}

export const lesson: LessonChecks = {
  title: 'Your own metrics',
  learned: 'You have chosen metrics by the questions that they answer, and answered them.',
  checks: [routes, events, labels, units, names, reserved, share, time],
};
