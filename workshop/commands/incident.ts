import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from '../incidents/evidence.ts';
import { FLEET_INCIDENTS, type FleetIncident } from '../incidents/fleet.ts';
import { INCIDENTS, LISTS, type Incident, type Lists } from '../incidents/list.ts';
import { sceneOfFleet, sceneOfProgram } from '../incidents/scene.ts';
import {
  beat,
  isRunning,
  readState,
  rest,
  writeState,
  type Current,
  type Diagnosis,
} from '../incidents/state.ts';
import { CLOCK, explain, judgeDiagnosis, listOf } from '../incidents/verdict.ts';
import { tellBoard } from '../learner/joined.ts';
import { ROOT } from '../programs.ts';
import { PrometheusError, queryRange } from '../stack/prometheus-api.ts';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** The fault begins so long after the start, in seconds: there is a healthy stretch before it. */
const EARLIEST_S = 150;
const LATEST_S = 300;

/** Rates settle in the first so many seconds after the start. */
const SETTLE_S = 60;

/** So many seconds after the onset Prometheus has enough of it to judge by: a rate over a minute is all of it then. */
const ENOUGH_S = 120;

const QUERY_FILE = join(ROOT, 'mine', 'incident.promql');

const FIRST_LINES = `# The query that shows the incident: its answer must differ before the onset and after it.
# Write it below, save, and give your diagnosis.
`;

/** By number: those of the class, and those of PRODUCTION.md. */
const ALL: Readonly<Record<string, Incident | FleetIncident>> = {
  ...INCIDENTS,
  ...FLEET_INCIDENTS,
};

const listsOf = (n: string) => ALL[n]!.lists ?? LISTS;

/** Starts an incident, or judges the diagnosis of the one that was started last. */
export async function run(values: Values<'incident'>, env: NodeJS.ProcessEnv): Promise<number> {
  const { N, WHAT: what, WHERE: where, MINUTE: minute, QUERY: query, SHOW } = values;
  if (N && !Object.hasOwn(ALL, N)) throw noSuch(N);
  try {
    if (SHOW) return await show(N);
    if (what || where || minute || query) return await judge(N, { what, where, minute, query });
    return await start(values, env);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    console.error(
      `${error.message} Start the stack first, in another terminal: ${typed('up')}, or without Docker: ${typed('native')}\nIf its ports are moved, name them here, too: ${typed('incident', { PORT_9090: 19090 })}`,
    );
    return 1;
  }
}

function noSuch(n: string): UsageError {
  const list = Object.entries(ALL).map(
    ([number, { call }]) =>
      `  ${typed('incident', { N: number })}   “${call}”${Object.hasOwn(INCIDENTS, number) ? '' : ' (PRODUCTION.md)'}`,
  );
  return new UsageError(
    `There is no incident ${JSON.stringify(n.slice(0, 40))}. Type one of:\n${list.join('\n')}`,
  );
}

async function start(values: Values<'incident'>, env: NodeJS.ProcessEnv): Promise<number> {
  if (isRunning()) {
    console.error(
      `An incident runs already, in another terminal. Give your diagnosis there, or here: ${howToAnswer()}\nTo end it, press Ctrl-C there.`,
    );
    return 1;
  }
  const prometheus = `http://localhost:${values.PORT_9090}`;
  const n = values.N || nextOf(readState().over);
  const incident = ALL[n]!;
  const scene =
    'vanishes' in incident
      ? await sceneOfFleet(incident, prometheus, env)
      : await sceneOfProgram(incident, prometheus, values, env);
  if (typeof scene === 'string') {
    console.error(scene);
    return 1;
  }
  const pace = values.PACE;
  const delay = EARLIEST_S + Math.random() * (LATEST_S - EARLIEST_S);
  const onset = Date.now() + delay * pace * 1000;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  beat();
  const beats = setInterval(beat, 5000);
  let failed = false;
  try {
    if (!(await scene.begin(onset, stop.signal))) return 1;
    const current: Current = { n, prometheus, start: Date.now(), onset, pace };
    writeState({ ...readState(), current });
    if (!existsSync(QUERY_FILE)) {
      mkdirSync(dirname(QUERY_FILE), { recursive: true });
      writeFileSync(QUERY_FILE, FIRST_LINES);
    }
    tell(current);
    const played = scene.play(onset, stop.signal).catch((error: Error) => {
      failed = true;
      console.error(`\n${error.message}`);
      stop.abort();
    });
    await Promise.race([untilOver(stop.signal), converse(n, stop.signal)]);
    stop.abort();
    await played;
  } finally {
    clearInterval(beats);
    const state = readState();
    if (state.current && !state.current.end) {
      writeState({ ...state, current: { ...state.current, end: Date.now() } });
    }
    await scene.end();
    rest();
  }
  if (failed) return 1;
  const { current } = readState();
  console.log(
    current?.over
      ? scene.isOver
      : `\n${scene.isOver}${canBeJudged(current) ? ` Prometheus still has what was, and you can give your diagnosis: ${howToAnswer()}` : ''}\nFor the same call once more: ${typed('incident', { N: n })}`,
  );
  return 0;
}

/** One of the class that is not over yet, at random; all of them, if all are. */
function nextOf(over: Readonly<Record<string, unknown>>): string {
  const all = Object.keys(INCIDENTS);
  const open = all.filter((n) => !over[n]);
  const from = open.length > 0 ? open : all;
  return from[Math.floor(Math.random() * from.length)]!;
}

function tell({ n, prometheus }: Current): void {
  console.log(`
Incident ${n}. The phone rings: “${ALL[n]!.call}”

It begins within the next minutes: until then all is well. Visitors come by themselves.
Look at ${prometheus}/ and at Grafana. Ask: what has changed, when, on which ${listsOf(n).among}, what moved with it?
Then give your diagnosis: what it is, where, since which minute, and a query that shows it.
Write the query into mine/incident.promql, or ${process.stdin.isTTY ? 'type it when you are asked' : 'give it as QUERY'}.
${process.stdin.isTTY ? '' : `\n${questions(n)}\n\nGive it with: ${howToAnswer()}`}`);
}

function questions(n: string): string {
  const { what, where } = listsOf(n);
  return `WHAT is it?\n${listOf(what)}\n\nWHERE is it?\n${listOf(where)}`;
}

function howToAnswer(): string {
  return typed('incident', { WHAT: 1, WHERE: 1, MINUTE: '14:23' });
}

/** Waits until the incident is over, by a diagnosis that was typed elsewhere, too, or by Ctrl-C. */
async function untilOver(signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !readState().current?.over) {
    await sleep(300, undefined, { signal }).catch(() => {});
  }
}

/** Asks for diagnoses in the terminal until one is right, or `show` is typed. Without a terminal it asks nothing. */
async function converse(n: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) return new Promise(() => {});
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on('SIGINT', () => process.emit('SIGINT', 'SIGINT'));
  const ask = async (question: string) => (await terminal.question(question, { signal })).trim();
  try {
    let last: Partial<Diagnosis> = {};
    for (;;) {
      const word = await ask('\nWhen you know, press Enter (to give up, type show): ');
      if (word.toLowerCase() === 'show') return void show('');
      last = await askForDiagnosis(ask, last, listsOf(n));
      if (await judgeAloud({ what: '', where: '', minute: '', query: '', ...last })) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    terminal.close();
  }
}

async function judgeAloud(diagnosis: Diagnosis): Promise<boolean> {
  try {
    return (await judge('', diagnosis)) === 0;
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    console.error(`${error.message} Does the stack still run?`);
    return false;
  }
}

/**
 * Asks for one diagnosis, and for each part of it until it is one.
 * @param ask puts a question, and gives what was typed
 * @param last what was given before: Enter keeps it
 * @param lists what to choose from
 */
export async function askForDiagnosis(
  ask: (question: string) => Promise<string>,
  last: Partial<Diagnosis>,
  lists: Lists = LISTS,
): Promise<Diagnosis> {
  const askFor = async (question: string, fits: (text: string) => boolean, kept?: string) => {
    const more = kept === undefined ? '' : ` (Enter keeps ${kept})`;
    for (;;) {
      const text = (await ask(`${question}${more}: `)) || kept || '';
      if (fits(text)) return text;
    }
  };
  const among = (answers: object) => (text: string) => Object.hasOwn(answers, text);
  return {
    what: await askFor(
      `\nWhat is it?\n${listOf(lists.what)}\nIts number`,
      among(lists.what),
      last.what,
    ),
    where: await askFor(
      `\nWhere is it?\n${listOf(lists.where)}\nIts number`,
      among(lists.where),
      last.where,
    ),
    minute: await askFor(
      '\nIn which minute did it begin, such as 14:23',
      (text) => CLOCK.test(text),
      last.minute,
    ),
    query: await askFor(
      '\nA query that shows it; Enter takes that of mine/incident.promql',
      (text) => text !== '' || readQuery() !== '',
    ),
  };
}

/** The incident that was started last. @throws {UsageError} if there is none, or another was asked for */
function currentOf(n: string): Current {
  const { current } = readState();
  if (!current) {
    throw new UsageError(`No incident has been started yet. Type: ${typed('incident')}`);
  }
  if (n && n !== current.n) {
    throw new UsageError(
      `The incident that was started last is ${current.n}, not ${n}. Start that one with: ${typed('incident', { N: n })}`,
    );
  }
  return current;
}

function lastMomentOf({ end }: Current): number {
  return Math.min(Date.now(), end ?? Infinity);
}

/** Whether Prometheus has enough of it. */
function canBeJudged(current: Current | undefined): boolean {
  if (!current) return false;
  return lastMomentOf(current) >= current.onset + ENOUGH_S * current.pace * 1000;
}

/** @returns 0 if all is right, else 1 */
async function judge(n: string, given: Diagnosis): Promise<number> {
  const current = currentOf(n);
  const diagnosis = complete(given, current.n);
  const { onset, start, pace, end: ended } = current;
  const now = lastMomentOf(current);
  if (!canBeJudged(current)) {
    console.error(
      ended
        ? `It was ended before it could be seen. Start it once more: ${typed('incident', { N: current.n })}`
        : 'It is too early to judge: it has not begun, or Prometheus has not seen two minutes of it yet. Look on, and give your diagnosis then. This one is not counted.',
    );
    return 1;
  }
  const grid = { step: pace < 1 ? 1 : 5, settle: SETTLE_S * pace };
  const moments = { start: start / 1000, onset: onset / 1000, now: now / 1000 };
  let answer;
  try {
    answer = await queryRange(current.prometheus, diagnosis.query, {
      start: moments.start,
      end: moments.now,
      step: grid.step,
    });
  } catch (error) {
    if (!(error instanceof PrometheusError) || error.why !== 'refused') throw error;
    console.error(
      `Prometheus refuses the query: ${error.message}\nFix it and type again. This one is not counted.`,
    );
    return 1;
  }
  const incident = ALL[current.n]!;
  const evidence = compare(answer, moments, grid);
  const verdicts = judgeDiagnosis(incident, diagnosis, new Date(onset), evidence);
  for (const [part, { verdict, more }] of Object.entries(verdicts)) {
    console.log(`${part.padEnd(8)}${verdict.padEnd(7)}${more}`.trimEnd());
  }
  const state = readState();
  const tries = [...state.tries, { n: current.n, at: new Date(now).toISOString(), ...diagnosis }];
  const isRight = Object.values(verdicts).every(({ verdict }) => verdict === 'right');
  if (!isRight) {
    writeState({ ...state, tries });
    const told = tellBoard(ROOT, { about: 'incident', name: current.n, outcome: 'failed' });
    const count = tries.filter((one) => one.n === current.n).length;
    console.log(
      `\nLook again, then give another diagnosis${process.stdin.isTTY ? '' : `: ${howToAnswer()}`}${count > 1 ? `\nOr give up, and read what it is: ${typed('incident', { SHOW: true })}` : ''}`,
    );
    await told;
    return 1;
  }
  finish(current, 'found', tries);
  const how = readState().over[current.n] === 'shown' ? 'shown' : 'passed';
  const told = tellBoard(ROOT, { about: 'incident', name: current.n, outcome: how });
  console.log(`\nFound. ${explain(incident, new Date(onset))}`);
  tellNext(current.n);
  await told;
  return 0;
}

/** Reads the query from its file, if none was typed. @throws {UsageError} if a part is missing or none of the lists */
function complete({ what, where, minute, query }: Diagnosis, n: string): Diagnosis {
  const lists = listsOf(n);
  const diagnosis = { what, where, minute, query: query || readQuery() };
  const refuse = (message: string) =>
    new UsageError(
      `${message}\n\n${questions(n)}\n\nType for example: ${howToAnswer()}\nwith the query in mine/incident.promql`,
    );
  if (!Object.hasOwn(lists.what, what))
    throw refuse(`WHAT=${JSON.stringify(what)} is none of the list.`);
  if (!Object.hasOwn(lists.where, where)) {
    throw refuse(`WHERE=${JSON.stringify(where)} is none of the list.`);
  }
  if (!CLOCK.test(minute)) {
    throw refuse(`MINUTE=${JSON.stringify(minute)} is no time of day, such as 14:23.`);
  }
  if (!diagnosis.query) throw refuse('The query is missing: mine/incident.promql has none.');
  return diagnosis;
}

function readQuery(): string {
  try {
    const text = readFileSync(QUERY_FILE, 'utf8');
    return text.replaceAll(/^\s*#.*$/gm, '').trim();
  } catch {
    return '';
  }
}

function finish(current: Current, how: 'found' | 'shown', tries = readState().tries): void {
  const state = readState();
  const over = { ...state.over, [current.n]: state.over[current.n] ?? how };
  writeState({ current: { ...current, over: current.over ?? how }, over, tries });
}

async function show(n: string): Promise<number> {
  const current = currentOf(n);
  finish(current, 'shown');
  const told = tellBoard(ROOT, { about: 'incident', name: current.n, outcome: 'shown' });
  console.log(explain(ALL[current.n]!, new Date(current.onset)));
  tellNext(current.n);
  await told;
  return 0;
}

function tellNext(n: string): void {
  if (!Object.hasOwn(INCIDENTS, n)) return;
  const { over } = readState();
  const count = Object.keys(INCIDENTS).filter((one) => over[one] === 'found').length;
  console.log(
    `\nFound so far: ${count} of ${Object.keys(INCIDENTS).length}. For the next one, type: ${typed('incident')}`,
  );
}
