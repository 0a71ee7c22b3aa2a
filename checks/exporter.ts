import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once as emitted } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswer, type Answer } from './harness/client.ts';
import type { BesideSession, Serving } from './harness/beside.ts';
import { ExpositionError, parseExposition, type Family } from './harness/exposition.ts';
import type { Finding } from './harness/failure.ts';
import { firstLines, lineOf, once } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { excerptOf } from './harness/trouble.ts';
import { check, type LessonChecks } from './harness/types.ts';

const UP = 'registry_up';
const WAITING = 'registry_applications_waiting';
const LOOKUPS = 'registry_lookups_total';

/** Prometheus gives up after 5 s: so long an exporter may take whose source does not answer, in ms. */
const MOST_MS = 4500;

/** So long nobody looks: a timer that reads the page shows meanwhile, in milliseconds. */
const QUIET_MS = 150;

/** What the registry's status page says. */
interface Page {
  readonly lookups: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
  /** The name of the last application: new for each. */
  readonly last: string;
}

const FIRST: Page = {
  lookups: { found: 1042, unknown: 17 },
  waiting: { north: 3, south: 0, west: 12 },
  last: 'application 40017',
};
/** The office in the south is closed for good. */
const LATER: Page = {
  lookups: { found: 1050, unknown: 18 },
  waiting: { north: 5, west: 11 },
  last: 'application 40021',
};
/** The registry itself has started anew. */
const RESTARTED: Page = {
  lookups: { found: 2, unknown: 0 },
  waiting: { north: 0, west: 1 },
  last: 'application 40022',
};

/** How the source is: a page, a page that says no, another's page, nobody there, or no answer. */
type Source = Page | 'break' | 'login' | 'gone' | 'silent';

/** A scrape of the exporter, and what came of it. */
interface Look {
  /** The answer, or that there was none, for a person. */
  readonly got: string;
  /** What it has shown; undefined if that was no answer that Prometheus takes. */
  readonly families: readonly Family[] | undefined;
  /** How often the page was asked for meanwhile. */
  readonly asked: number;
  /** How often it was asked for since the look before, with nobody looking. */
  readonly unasked: number;
}

interface Looks {
  /** The program, when all was over. */
  readonly printed: string;
  readonly hello: Answer | undefined;
  readonly ended: boolean;
  readonly first: Look;
  readonly later: Look;
  /** The same page once more. */
  readonly again: Look;
  readonly restarted: Look;
  readonly away: readonly (readonly [did: string, look: Look])[];
  readonly back: Look;
  readonly silent: Look;
}

const all = new WeakMap<Session, () => Promise<Looks>>();

function looksOf(session: Session): Promise<Looks> {
  const looks = all.get(session) ?? once(() => lookAtAll(exporterOf(session)));
  all.set(session, looks);
  return looks();
}

function exporterOf(session: Session): BesideSession {
  return session as unknown as BesideSession;
}

/** The registry's status page on a free port of 127.0.0.1. */
async function startPage() {
  let source: Source = FIRST;
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'Content-Type': type, Connection: 'close' }).end(body);
    if (source === 'silent') return;
    if (source === 'gone') return void response.destroy();
    if (source === 'break') return send(503, 'application/json', '{"message":"A break."}');
    if (source === 'login') return send(200, 'text/html', '<html>Please log in</html>');
    return send(200, 'application/json', JSON.stringify(source));
  });
  server.listen(0, '127.0.0.1');
  await emitted(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/status`,
    asked: () => asked,
    become: (next: Source) => void (source = next),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function lookAtAll(exporter: BesideSession): Promise<Looks> {
  const page = await startPage();
  const serving = await exporter.serve({ REGISTRY_URL: page.url });
  let before = page.asked();
  const look = async (source: Source, answerMs?: number): Promise<Look> => {
    page.become(source);
    const start = page.asked();
    const answer = await serving.scrape(answerMs);
    const asked = page.asked() - start;
    const unasked = start - before;
    before = page.asked();
    return { ...readLook(answer), asked, unasked };
  };
  try {
    const first = await look(FIRST);
    const later = await look(LATER);
    const again = await look(LATER);
    await sleep(QUIET_MS);
    const restarted = await look(RESTARTED);
    const away: [string, Look][] = [];
    away.push([REFUSED, await look('break')]);
    away.push(['had a log-in page come in its place', await look('login')]);
    away.push(['had its connections cut', await look('gone')]);
    const back = await look(LATER);
    const silent = await look('silent', MOST_MS);
    const ended = serving.exit !== undefined;
    const printed = printedBy(serving, exporter.entry);
    const { hello } = serving;
    return { printed, hello, ended, first, later, again, restarted, away, back, silent };
  } finally {
    await serving.stop();
    page.close();
  }
}

function readLook(answer: Answer | NoAnswer): Pick<Look, 'got' | 'families'> {
  if (answer instanceof NoAnswer) {
    const why = answer.code === 'TIMEOUT' ? 'no answer in time' : `no answer (${answer.code})`;
    return { got: why, families: undefined };
  }
  const { status, headers, body } = answer;
  if (status !== 200) return { got: `status ${status}`, families: undefined };
  const type = headers['content-type'] ?? 'none';
  if (!/^(text\/plain|application\/openmetrics-text)/.test(type)) {
    return { got: `a Content-Type that is no metrics': ${type}`, families: undefined };
  }
  try {
    return { got: '', families: parseExposition(body.replace(/\n?$/, '\n')) };
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    return { got: `${error.message}\n${firstLines(body, 3)}`, families: undefined };
  }
}

/** What a program has printed, for a person. */
function printedBy({ exit, stdout, stderr }: Serving, entry: string): string {
  const how = exit ? `exit code ${exit.code ?? exit.signal}` : '';
  return [how, excerptOf(stderr, entry) || firstLines(stderr || stdout, 5)]
    .filter(Boolean)
    .join('\n');
}

function familyIn({ families = [] }: Look, name: string): Family | undefined {
  return families.find((family) => family.name === name);
}

/** What a look has shown of some metrics, as lines; of all, if none is named. */
function shown(look: Look, ...names: string[]): string {
  if (!look.families) return look.got;
  const lines = look.families
    .filter(({ name }) =>
      names.length > 0 ? names.includes(name) : !/^(process|nodejs)_/.test(name),
    )
    .flatMap(({ samples }) => samples.map(lineOf));
  const rest = lines.length - 8;
  if (lines.length === 0) return names.length > 0 ? `no ${names.join(', no ')}` : 'no metrics';
  return [...lines.slice(0, 8), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

/** Values by one label, as lines of a metric. */
const lines = (name: string, label: string, values: Readonly<Record<string, number>>) =>
  Object.entries(values)
    .map(([value, count]) => `${name}{${label}="${value}"} ${count}`)
    .join('\n');

/** Whether a look has shown exactly these values of a metric by one label. */
function says(
  look: Look,
  name: string,
  label: string,
  values: Readonly<Record<string, number>>,
): boolean {
  const samples = familyIn(look, name)?.samples ?? [];
  return (
    samples.length === Object.keys(values).length &&
    samples.every(
      ({ labels, value }) =>
        Object.keys(labels).join() === label && values[labels[label]!] === value,
    )
  );
}

const LOOKED = 'asked for /metrics';
const MOVED = 'changed the status page, and asked for /metrics again';
const REFUSED = 'had the page answer 503';

const answers = check({
  name: 'the exporter answers on /metrics',
  opens: true,
  hints: {
    'exporter-missing': {
      first: 'Begin with the exporter of this chapter: `make begin STEP=exporter` brings it.',
      fuller:
        'The exporter is app/exporter.ts, a file of its own beside your server, and it is not there. `make begin STEP=exporter` brings it, and leaves the other files of app/ as they are.',
    },
    'exporter-ended': {
      first: 'The exporter ended before it answered: what it printed is quoted above.',
      fuller:
        'An exporter runs on for as long as Prometheus may come. It must start, and go on, whether or not its source is there. What it printed last is quoted above. `make diff STEP=exporter` shows what the chapter changes.',
    },
    'exporter-silent': {
      first: 'Nothing answers on its port: listen on `settings.PORT`, on 127.0.0.1.',
      fuller:
        'The exporter runs, and nobody gets an answer from it on the port that PORT names. `readSettings({ PORT: 8071 })` reads it, and `listen(server, settings, "PORT")` listens there.',
    },
    'exporter-unread': {
      first: 'Answer with metrics: `await register.metrics()`, and register.contentType.',
      fuller:
        '/metrics must answer 200, with the Content-Type of the text format, and with text that Prometheus can read. `register.metrics()` is a promise: without `await`, what goes out is no metrics. What came is quoted above.',
    },
  },
  async run(session, fail) {
    const { entry, isThere } = exporterOf(session);
    if (!isThere()) {
      const expected = 'an exporter to start';
      const got = 'it is not there';
      throw fail('exporter-missing', { did: `looked for ${entry}`, expected, got });
    }
    const { hello, ended, first, printed } = await looksOf(session);
    const finding: Finding = {
      did: `started ${entry}`,
      expected: 'an answer on PORT',
      got: printed,
    };
    if (!hello && ended) throw fail('exporter-ended', finding);
    if (!hello) {
      throw fail('exporter-silent', { ...finding, got: `nothing\n${printed}` });
    }
    if (!first.families) {
      const got = [first.got, printed].filter(Boolean).join('\n');
      throw fail('exporter-unread', { did: LOOKED, expected: 'metrics', got });
    }
  },
});

const waiting = check({
  name: `${WAITING} says what waits in each office, at the moment of the scrape`,
  hints: {
    'waiting-missing': {
      first: `Add a gauge ${WAITING}, with a series for each office: the label office.`,
      fuller: `The page says how many applications wait in each office. A gauge \`${WAITING}\` with the label \`office\` says the same: one metric, and a series for each of the few offices. In its \`collect()\`, read the page, and set each office of \`status.waiting\`.`,
    },
    'waiting-type': {
      first: 'What waits goes up and down: that is a gauge.',
      fuller: `A counter only goes up, and Prometheus takes each fall for a restart. \`${WAITING}\` is read as it is: \`new Gauge\`.`,
    },
    'id-label': {
      first: 'Leave the name of the application out of the labels: each is a new series.',
      fuller:
        'A label may have a few values, which are known: offices. The last application has a name that is new each time, so it makes a new series with each scrape, and the old ones stay in the exporter for ever. Which application it was is a matter of logs.',
    },
    'value-old': {
      first: 'Read the page while Prometheus waits: what is shown is from before.',
      fuller:
        "The page has changed, and the scrape shows what it said earlier. A value that is read at the start, on a timer, or in the scrape before is older than Prometheus believes. Read the page in `collect()` of each metric, or before `register.metrics()`, and wait for it: prom-client waits for the `collect()` of a metric only with that metric, so one metric's `collect()` that sets the others comes too late for them.",
    },
    'office-kept': {
      first: 'An office that the page does not name any more must go: `this.reset()` first.',
      fuller:
        'A gauge keeps each series that was ever set. The office is closed, and its last value stands there for ever. `this.reset()` takes all series away; do it once the page is read, and then set those that it names.',
    },
    'waiting-wrong': {
      first: `Let ${WAITING} say what the page says, no more and no less.`,
      fuller: `Each office that the page names has one series of \`${WAITING}\`, with the label \`office\` and no other, and the number that stands beside it. A 0 is a number too: nobody waits there.`,
    },
  },
  async run(session, fail) {
    const { first, later, again } = await looksOf(session);
    const finding = (look: Look, page: Page, did: string): Finding => {
      return { did, expected: lines(WAITING, 'office', page.waiting), got: shown(look, WAITING) };
    };
    const named = (first.families ?? [])
      .flatMap(({ samples }) => samples)
      .find(({ labels }) => Object.values(labels).some((value) => value.includes('40017')));
    if (named) {
      throw fail('id-label', {
        did: LOOKED,
        expected: 'labels with few values',
        got: lineOf(named),
      });
    }
    const family = familyIn(first, WAITING);
    const hasOffices = family?.samples.some(({ labels }) => 'office' in labels);
    // Who reads the page for the next scrape has nothing in the first.
    const isLate = family && says(later, WAITING, 'office', FIRST.waiting);
    if (isLate) throw fail('value-old', finding(later, LATER, MOVED));
    if (!hasOffices) throw fail('waiting-missing', finding(first, FIRST, LOOKED));
    if (family!.type !== 'gauge') {
      const got = `${WAITING} is a ${family!.type}`;
      throw fail('waiting-type', { did: LOOKED, expected: 'a gauge', got });
    }
    if (!says(first, WAITING, 'office', FIRST.waiting)) {
      throw fail('waiting-wrong', finding(first, FIRST, LOOKED));
    }
    if (says(later, WAITING, 'office', LATER.waiting)) return;
    const kept = { ...FIRST.waiting, ...LATER.waiting };
    const hint = says(later, WAITING, 'office', kept)
      ? 'office-kept'
      : says(again, WAITING, 'office', LATER.waiting) || says(again, WAITING, 'office', kept)
        ? 'value-old'
        : 'waiting-wrong';
    throw fail(hint, finding(later, LATER, MOVED));
  },
});

const lookups = check({
  name: `${LOOKUPS} is the count of the registry, also after its restart`,
  hints: {
    'lookups-missing': {
      first: `Add a counter ${LOOKUPS}, by the label result: found or unknown.`,
      fuller: `The registry counts its lookups itself. Show its count as it is: a counter \`${LOOKUPS}\` with the label \`result\`. It has no \`set\`, so in \`collect()\` it is \`this.reset()\`, and then \`this.inc({ result }, count)\`.`,
    },
    'lookups-gauge': {
      first: 'What the source has counted is a counter: `new Counter`.',
      fuller:
        'The number only goes up, until the registry restarts. As a gauge, nobody would know that `rate` is right for it. A `Counter` has no `set`, but `this.reset()` and then `this.inc({ result }, count)` gives it the count of the source.',
    },
    'lookups-twice': {
      first: 'The page says how many there were in all: do not add that again each time.',
      fuller:
        'After another scrape the counter is larger than the count on the page. `inc(count)` adds the whole count at each scrape. `this.reset()` before it, and the counter is what the source has counted.',
    },
    'lookups-restart': {
      first: 'When the registry starts anew, its count begins at 0: show that.',
      fuller:
        'The count on the page has fallen, as it does when the registry restarts, and the exporter shows something else, or fails. `rate` and `increase` know what a fall means. Whoever adds differences must handle a negative one, which `inc` refuses; whoever shows the count of the source as it is, by `reset` and `inc`, need not.',
    },
    'lookups-wrong': {
      first: `Let ${LOOKUPS} say what the page says, by the label result.`,
      fuller: `Each result that the page names has one series of \`${LOOKUPS}\`, with the label \`result\` and no other, and the number that stands beside it.`,
    },
  },
  async run(session, fail) {
    const { first, later, again, restarted, printed } = await looksOf(session);
    const finding = (look: Look, page: Page, did: string): Finding => {
      return { did, expected: lines(LOOKUPS, 'result', page.lookups), got: shown(look, LOOKUPS) };
    };
    const family = familyIn(first, LOOKUPS);
    if (!family?.samples.length) throw fail('lookups-missing', finding(first, FIRST, LOOKED));
    if (family.type !== 'counter') {
      const got = `${LOOKUPS} is a ${family.type}`;
      throw fail('lookups-gauge', { did: LOOKED, expected: 'a counter', got });
    }
    const total = (look: Look) =>
      familyIn(look, LOOKUPS)?.samples.reduce((sum, { value }) => sum + value, 0) ?? 0;
    const added = total(again) > total(later);
    if (added) throw fail('lookups-twice', finding(again, LATER, `${LOOKED} twice`));
    for (const [look, page] of [[first, FIRST] as const, [later, LATER] as const]) {
      if (says(look, LOOKUPS, 'result', page.lookups)) continue;
      throw fail('lookups-wrong', finding(look, page, page === FIRST ? LOOKED : MOVED));
    }
    if (!says(restarted, LOOKUPS, 'result', RESTARTED.lookups)) {
      const did = 'started the registry anew, and asked for /metrics again';
      const { got, ...rest } = finding(restarted, RESTARTED, did);
      const said = restarted.families ? '' : `\n${printed}`;
      throw fail('lookups-restart', { ...rest, got: `${got}${said}` });
    }
  },
});

const asks = check({
  name: 'each scrape reads the page once',
  hints: {
    'asked-often': {
      first: 'Read the page once for all metrics: each has asked for itself.',
      fuller:
        'One scrape has read the page several times. That is more work for the source, and its numbers are from different moments. Keep the promise of the reading that is under way, let every `collect()` await the same one, and forget it when it is over.',
    },
    'asked-between': {
      first: 'Read the page when Prometheus asks, and only then.',
      fuller:
        'The page was read with nobody asking for /metrics, or not at all for a scrape. A timer in an exporter asks when nobody wants to know, and shows numbers of another age than Prometheus writes down. The scrape interval belongs to Prometheus.',
    },
  },
  async run(session, fail) {
    const { first, later, again, restarted } = await looksOf(session);
    const looks = [first, later, again, restarted];
    const finding = (got: string): Finding => {
      return {
        did: `${LOOKED} ${looks.length} times`,
        expected: 'the page read once for each',
        got,
      };
    };
    const counts = looks.map(({ asked }) => asked);
    const between = looks.slice(1).reduce((sum, { unasked }) => sum + unasked, 0);
    if (between > 0 || counts.includes(0)) {
      const got = `it was read ${counts.join(', ')} times, and ${between} times in between`;
      throw fail('asked-between', finding(got));
    }
    if (counts.some((count) => count > 1)) {
      throw fail('asked-often', finding(`it was read ${counts.join(', ')} times`));
    }
  },
});

const away = check({
  name: `without its page the scrape succeeds, with ${UP} 0 and nothing else`,
  hints: {
    'up-missing': {
      first: `Say whether the page could be read: a gauge ${UP}, 1 or 0.`,
      fuller: `\`up\` says whether Prometheus reached the exporter. Whether the exporter reached the registry, only the exporter knows: a gauge \`${UP}\`, without labels, that each scrape sets to 1 or 0.`,
    },
    'away-fails': {
      first: `Answer 200 when the page is away: ${UP} 0 says what is wrong.`,
      fuller:
        'The page was away, and the exporter failed, too. Then `up` is 0, and nobody can tell which of the two is down. `fetch` throws when nobody answers, `json()` when it is no JSON: catch both in one place, and let the metrics say it. What `collect()` throws makes the whole scrape fail.',
    },
    'refusal-fails': {
      first: 'A 503 is no error to `fetch`: look at `answer.ok`, and do as when nobody answers.',
      fuller:
        'When nobody answered, and when what came was no JSON, the scrape succeeded. At the 503 it failed. `fetch` takes a 503 for an answer like others, and its body can be JSON, too, with neither `waiting` nor `lookups` in it. `answer.ok` is true for 200 to 299 alone.',
    },
    'up-stays': {
      first: `Set ${UP} to 0 when the page is no page: look at \`answer.ok\`, too.`,
      fuller:
        'The page could not be read, and the exporter said that it could. `fetch` takes a 503 for an answer like others: `answer.ok` is true for 200 to 299 alone. And what is no JSON makes `json()` throw.',
    },
    'away-values': {
      first: 'Show no values that nobody knows: `this.reset()`, also without a page.',
      fuller:
        'The page is away, and the exporter still shows numbers: the last ones, as if they were of now, or 0, which is a lie, and for a counter a restart that never was. What is not known has no series: `this.reset()` takes all series of a metric with labels away.',
    },
    'stays-away': {
      first: 'When the page is back, read it: one failure must not be the last word.',
      fuller:
        'The page answers again, and the exporter does not say so. A promise that has failed stays failed: do not keep it longer than for its own scrape.',
    },
    'waits-long': {
      first: 'Give up before Prometheus does: `fetch(url, { signal: AbortSignal.timeout(2000) })`.',
      fuller:
        'The page did not answer, and neither did the exporter within 4.5 seconds. Prometheus waits for `scrape_timeout`, here 5 seconds, and then counts the exporter itself as down. An exporter must know before: `AbortSignal.timeout(2000)` as the `signal` of `fetch` makes it throw.',
    },
  },
  async run(session, fail) {
    const looks = await looksOf(session);
    const { first, back, silent, printed } = looks;
    const expected = `${UP} 0, and nothing else of the registry`;
    const value = (look: Look) => {
      const samples = familyIn(look, UP)?.samples ?? [];
      return samples.length === 1 && Object.keys(samples[0]!.labels).length === 0
        ? samples[0]!.value
        : undefined;
    };
    if (value(first) !== 1) {
      throw fail('up-missing', { did: LOOKED, expected: `${UP} 1`, got: shown(first, UP) });
    }
    for (const [did, look] of looks.away) {
      const finding: Finding = { did, expected, got: shown(look, UP, WAITING, LOOKUPS) };
      if (!look.families) {
        const got = `${look.got}\n${printed}`.trim();
        // Who gets over the other two catches what fetch and json() throw: a 503 has neither throw.
        const isRefusal =
          did === REFUSED && looks.away.filter((one) => !one[1].families).length === 1;
        throw fail(isRefusal ? 'refusal-fails' : 'away-fails', { ...finding, got });
      }
      if (value(look) !== 0) throw fail('up-stays', finding);
      const others = [WAITING, LOOKUPS].some((name) => familyIn(look, name)?.samples.length);
      if (others) throw fail('away-values', finding);
    }
    const isBack = value(back) === 1 && says(back, WAITING, 'office', LATER.waiting);
    if (!isBack) {
      throw fail('stays-away', {
        did: 'had the page come back',
        expected: `${UP} 1, and its numbers`,
        got: shown(back, UP, WAITING),
      });
    }
    if (!silent.families || value(silent) !== 0) {
      const did = 'let the page wait for ever';
      throw fail('waits-long', { did, expected, got: shown(silent, UP) });
    }
  },
});

/** Makes something measurable that has no metrics: another team's status page. */
export const lesson: LessonChecks = {
  title: 'What others measure',
  text: 'PRODUCTION.md',
  beside: 'exporter.ts',
  learned:
    'You have written an exporter that reads its source when it is asked, and says when it cannot.',
  checks: [answers, waiting, lookups, asks, away],
};
