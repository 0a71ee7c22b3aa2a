import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, MOST_BYTES, NoAnswer, type Answer } from './client.ts';
import { errorsIn } from './errors.ts';
import { launchProgram, type Fact } from './launch.js';
import { adoptProgram, until, type Exit, type ProgramProcess } from './program.ts';
import { firstLines, once, readScrape, type Scrape } from './scrape.ts';
import {
  compareMoves,
  movesBetween,
  type Comparison,
  type Move,
  type NamedMetric,
} from './moves.ts';
import { excerptOf, troubleIn, type TroubleId } from './trouble.ts';
import { CheckFailure } from './failure.ts';
import type { Promtool } from '../queries/promtool.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const BURST = 8;
/** So long after the others the last of them comes, in ms: timers that share a start lose it. */
const LATE_MS = 35;

/** What another visitor asks for while the eight wait. */
const MEANWHILE = ['POST', '/plant?species=elm'] as const;

/** What a program tells of itself is heard within this time, in ms, on a busy computer, too. */
const HEARD_MS = 500;

/** A program that listens elsewhere may still be about to listen on PORT: for so long, in ms. */
const ELSEWHERE_MS = 2500;
/** So long METRICS_PORT may open after PORT, for a program that names it, in ms. */
const LATE_METRICS_MS = 3000;
/** A program that is kept busy for so long by one request keeps visitors waiting, in ms. */
const BUSY_MS = 1000;
/** A program that is kept busy without end does not answer within this time, in ms. */
const PONG_MS = 2500;
/** So long a program may take to end once it is told to: what #forest allows itself and a little, in ms. */
const END_MS = 5500;

/** A metric that is updated just after the answer is right too: so long it may take, in ms. */
const SETTLE_MS = 250;

/** So long what a program tells may take, in ms. */
const TOLD_MS = 100;

/** So long a program may take to do what it does without a visit, in ms. */
const UNVISITED_MS = 1000;

/** Many questions to the registry at the same time, and what the metrics did meanwhile. */
export interface Burst {
  readonly before: Scrape;
  readonly after: Scrape;
  readonly answers: readonly Answer[];
  /** The answer to another visitor, who came while they waited, if one did. */
  readonly meanwhile: Answer | undefined;
  /** How many got a number. */
  readonly answered: number;
  /** How many got 503, since the registry failed. */
  readonly failed: number;
  /** How long all of them took, added up, in seconds. */
  readonly seconds: number;
  /**
   * When the program had each of them and ended its answer, in its own time; shorter than `answers` if it
   * does not tell, as a process does that it has started.
   */
  readonly served: readonly Served[];
  /** Scrapes while they were under way, each with how many waited for sure all that time. */
  readonly during: readonly { readonly scrape: Scrape; readonly waiting: number }[];
}

/** When a program had a request and when it ended its answer, in milliseconds since it began. */
export type Served = Pick<Extract<Fact, { type: 'served' }>, 'from' | 'to'>;

/** A learner's program while it is checked. Every method throws `CheckFailure` if it breaks down. */
export interface Session {
  /** The port of PORT. */
  readonly port: number;
  /** The port of METRICS_PORT: what step 11 adds. */
  readonly metricsPort: number;
  /** What `/metrics` answered before anything else was asked. */
  readonly firstAnswer: Answer;
  /** The same, read. */
  first(): Scrape;
  /** Sends a request to the program. */
  send(method: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  /**
   * Sends requests that the program gets one after the other in the same instant, before it can have
   * answered the first: what they share by mistake shows. Put `/treecounter` first.
   * @returns the answers, in the order of the requests
   */
  together(
    requests: readonly (readonly [
      method: string,
      path: string,
      headers?: Record<string, string>,
    ])[],
  ): Promise<Answer[]>;
  /**
   * Sends a request to a second process of the program, whose registry always fails.
   * @returns undefined if no answer comes
   */
  sendWithoutRegistry(method: string, path: string): Promise<Answer | undefined>;
  /** Sends a request. @returns when the program had it and ended its answer, if it tells */
  serve(method: string, path: string): Promise<Served | undefined>;
  /** Sends a request to METRICS_PORT; undefined if nothing listens there. */
  sendToMetricsPort(method: string, path: string): Promise<Answer | undefined>;
  /** Asks `/metrics`, wherever this program has it. */
  metrics(): Promise<Answer>;
  scrape(): Promise<Scrape>;
  /** Scrapes until `holds`, for a moment at most. @returns the last scrape */
  settle(holds: (scrape: Scrape) => boolean): Promise<Scrape>;
  /**
   * Scrapes, acts, and scrapes again until `settled`, for a moment at most. Where nothing was sent
   * since the last scrape, that one is taken for the first.
   */
  observe<Result>(
    act: () => Promise<Result>,
    settled: (before: Scrape, after: Scrape) => boolean,
  ): Promise<{ before: Scrape; after: Scrape; result: Result }>;
  /**
   * Acts, and compares what moves of the metrics that the steps up to this one name with what is to
   * move: exactly that, and nothing else of them. A learner's own metrics may do as they like.
   * @param wanted what is to move; it may depend on what came of the act
   * @param of fewer metrics than these to look at, by name
   */
  expectMoves<Result>(
    act: () => Promise<Result>,
    wanted: readonly Move[] | ((result: Result) => readonly Move[]),
    of?: readonly string[],
  ): Promise<Comparison & { before: Scrape; after: Scrape; result: Result }>;
  /**
   * Begins a check, and forgets the last scrape: a check begins with one of its own, so that what came late of an earlier
   * request is not taken for its own.
   * @param named the metrics that the steps up to the check's name
   * @param again whether it is a second try, which asks for a burst of its own
   */
  begin(named: readonly NamedMetric[], again?: boolean): void;
  /**
   * Eight questions to the registry at once, and another visitor meanwhile: a wrong planting, which
   * the registry has no part in. They are asked once; later calls get the same.
   */
  burst(): Promise<Burst>;
  /**
   * The same, asked anew.
   * @param meanwhile whether the other visitor comes too
   */
  burstAgain(meanwhile?: boolean): Promise<Burst>;
  /** A scrape as it would come `seconds` later. */
  scrapeLater(seconds: number): Promise<Scrape>;
  /**
   * Sends a request at a moment of the program's time: from the first such call on its clocks stand
   * still, and its timers run when they are due by these moments.
   * @param seconds since that first call; never fewer than before
   */
  sendAt(seconds: number, method: string, path: string): Promise<Answer>;
  /** A scrape at such a moment. */
  scrapeAt(seconds: number): Promise<Scrape>;
  /** The last scrape before the first visit, when `beforeVisits` held or patience ended. */
  unvisited(): Promise<Scrape | undefined>;
  /** A scrape of a second process of the program, whose registry always fails. */
  scrapeWithoutRegistry(): Promise<Scrape>;
  /**
   * Tells the program to stop, and looks at its metrics until `holds` or until it is gone.
   * @returns the last scrape; none if it has refused all of them with 503, as some do that close
   */
  stop(holds: (scrape: Scrape) => boolean): Promise<Scrape | undefined>;
  /**
   * Whether the program, told to stop by `stop`, ends within its time.
   * @returns how it ended
   */
  ended(): Promise<Exit | undefined>;
  /** The text of a file beside the program's; undefined if there is none. */
  read(file: string): string | undefined;
  /** The promtool that is here; undefined if there is none. */
  promtool(): Promtool | undefined;
  /** What the program, in all its processes, has printed on standard error. */
  errors(): string;
  /** The same, since the check has begun. */
  newErrors(): string;
  /** Whether it has answered 500 since the check has begun, which is never the registry's doing. */
  hasFailed(): boolean;
  /** The address on which the program itself listens on a port of its own; undefined if unknown. */
  hostOf(port: number): Promise<string | undefined>;
  /** Where else than on the ports that it was given the program says that it listens. */
  elsewhere(): string | undefined;
}

export interface SessionOptions {
  readonly entry: string;
  readonly nodeArgs: readonly string[];
  readonly startMs: number;
  readonly answerMs: number;
  /** The registry's delay, in milliseconds. */
  readonly delayMs: number;
  /** Whether anybody will look at the metrics. */
  readonly wantsMetrics: boolean;
  /** Whether a second process, whose registry always fails, is started at once: later takes longer. */
  readonly withoutRegistry: boolean;
  /** What the metrics come to say without a visit: that long the first one waits, for a moment. */
  readonly beforeVisits?: ((scrape: Scrape) => boolean) | undefined;
  /** Finds promtool, for a check that asks for it. */
  readonly promtool?: (() => Promtool | undefined) | undefined;
  /** Kills the program. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts a program; `use` gets it once it answers; then it is ended, whatever happens. */
export async function withSession<Result>(
  options: SessionOptions,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const client = createClient(options.answerMs);
  const main = launch(options, client, 0.5);
  let other: Promise<Launched> | undefined;
  const second = () => {
    other ??= main.then(({ ms }) => {
      // It takes as long as the first, if it listens at all without its registry.
      const startMs = Math.min(options.startMs, Math.max(3000, 5 * ms));
      // Its times are not looked at, so it need not take any.
      return launch({ ...options, startMs, delayMs: 0 }, client, 1);
    });
    // Whoever asks for it gets its failure, and nobody has to ask.
    other.catch(() => {});
    return other;
  };
  if (options.withoutRegistry) main.then(second).catch(() => {});
  try {
    return await use(await createSession(await main, client, options, second));
  } finally {
    client.close();
    await Promise.allSettled([main, other].map(async (one) => (await one)?.end()));
  }
}

interface Launched {
  readonly entry: string;
  readonly program: ProgramProcess;
  readonly port: number;
  readonly metricsPort: number;
  /** The first answer to `GET /metrics` on PORT. */
  readonly hello: Answer;
  /** How long it took until that answer, in milliseconds. */
  readonly ms: number;
  end(): Promise<unknown>;
}

async function launch(
  { entry, nodeArgs, startMs, delayMs, signal }: SessionOptions,
  client: ReturnType<typeof createClient>,
  errorRate: number,
): Promise<Launched> {
  const start = performance.now();
  const did = `started ${entry}${errorRate === 1 ? ' once more, with a registry that always fails' : ''}`;
  const expected = 'a program that answers on the port that PORT names';
  if (!existsSync(resolve(ROOT, entry))) {
    throw new CheckFailure('entry-missing', { did, expected, got: `there is no ${entry}` });
  }
  const { port, metricsPort, ...spawned } = await launchProgram({
    entry,
    nodeArgs,
    delayMs,
    errorRate,
  });
  const program = adoptProgram(spawned);
  const kill = () => program.signal('SIGKILL');
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill);
  const ours = [port, metricsPort];
  const fail = (hint: TroubleId, got: string) =>
    new CheckFailure(hint, { did, expected: `${expected} (${port})`, got });
  const end = () => program.stop(0);
  try {
    let hello: Answer | undefined;
    let broken: NoAnswer | undefined;
    let elsewhereSince: number | undefined;
    await until(async () => {
      try {
        hello = await client.send(port, 'GET', '/metrics');
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (error.code !== 'ECONNREFUSED') broken = error;
      }
      // A URL in what it prints may be anybody's: what it listens on counts.
      const isElsewhere = hostOf(program, port) !== undefined || listensElsewhere(program, ours);
      if (isElsewhere) elsewhereSince ??= performance.now();
      const patience = performance.now() - (elsewhereSince ?? Infinity);
      return Boolean(hello ?? broken ?? program.exit) || patience > ELSEWHERE_MS;
    }, startMs);
    const ms = performance.now() - start;
    if (hello) return { entry, program, port, metricsPort, hello, ms, end };
    if (broken) throw await brokenOff(broken, program, entry, client, port);
    if (program.exit) throw await gone(program, entry, did, expected);
    const host = hostOf(program, port);
    if (host) throw fail('silent', `nothing on 127.0.0.1; it listens on ${host}, port ${port}`);
    const other = elsewhereOf(program, ours);
    if (other) throw fail('port-fixed', other);
    if (errorRate === 1) throw fail('waits-for-registry', 'nothing: the first run did answer');
    if (hostOf(program, metricsPort)) {
      throw fail('pages-silent', `nothing there; it listens on METRICS_PORT (${metricsPort})`);
    }
    const { stdout, stderr } = program;
    const url = otherUrlIn(stdout, ours);
    if (url) throw fail('port-fixed', `nobody listens there; it says: ${url}`);
    throw fail('silent', `nothing, for ${startMs / 1000} s\n${firstLines(stdout + stderr, 4)}`);
  } catch (error) {
    await end();
    throw error;
  }
}

/** Where the program itself listens on a port; a process that it has started does not tell. */
function hostOf({ facts }: ProgramProcess, port: number): string | undefined {
  return facts.flatMap((fact) =>
    fact.type === 'listening' && fact.port === port ? fact.host : [],
  )[0];
}

function listensElsewhere({ facts }: ProgramProcess, ours: readonly number[]): boolean {
  return facts.some((fact) => fact.type === 'listening' && !ours.includes(fact.port));
}

/** Where else the program listens, in words. */
function elsewhereOf(program: ProgramProcess, ours: readonly number[]): string | undefined {
  if (!listensElsewhere(program, ours)) return undefined;
  const ports = program.facts.flatMap((fact) =>
    fact.type === 'listening' && !ours.includes(fact.port) ? fact.port : [],
  );
  return `it listens on port ${ports.join(' and ')}`;
}

function otherUrlIn(output: string, ports: readonly number[]): string | undefined {
  return output.split('\n').find((line) => {
    const named = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::\]):(\d+)/.exec(line)?.[1];
    return named && !ports.includes(Number(named));
  });
}

/** Whether a program means to have metrics on a port of their own, which may open later. */
function namesMetricsPort(entry: string): boolean {
  const folder = dirname(resolve(ROOT, entry));
  return readdirSync(folder, { withFileTypes: true }).some(
    (file) =>
      file.isFile() &&
      /\.[cm]?[jt]s$/.test(file.name) &&
      readFileSync(join(folder, file.name), 'utf8').includes('METRICS_PORT'),
  );
}

type CreateOptions = Pick<SessionOptions, 'wantsMetrics' | 'delayMs' | 'beforeVisits' | 'promtool'>;

async function createSession(
  { entry, program, port, metricsPort, hello }: Launched,
  client: ReturnType<typeof createClient>,
  options: CreateOptions,
  second: () => Promise<Launched>,
): Promise<Session> {
  const { wantsMetrics, delayMs, beforeVisits } = options;
  /** The last scrape, until something is sent. */
  let last: Scrape | undefined;
  let metricsNamed: readonly NamedMetric[] = [];
  let hasFailed = false;
  let burst: Promise<Burst> | undefined;
  const send = async (to: number, method: string, path: string, headers = {}) => {
    last = undefined;
    try {
      const answer = await client.send(to, method, path, headers);
      hasFailed ||= answer.status === 500;
      return answer;
    } catch (error) {
      throw error instanceof NoAnswer ? await brokenOff(error, program, entry, client, to) : error;
    }
  };
  let metricsAt = port;
  let firstAnswer = hello;
  // Step 11 moves /metrics to a port of its own, which opens a moment after the other.
  if (hello.status === 404 && wantsMetrics) {
    await until(
      async () => {
        const answer = await client.send(metricsPort, 'GET', '/metrics').catch(() => undefined);
        if (answer) [metricsAt, firstAnswer] = [metricsPort, answer];
        return answer !== undefined;
      },
      namesMetricsPort(entry) ? LATE_METRICS_MS : SETTLE_MS,
    );
  }

  const metrics = (headers = {}) => send(metricsAt, 'GET', '/metrics', headers);
  const scrape = async () => (last = readScrape(await metrics()));
  const first = once(() => {
    const scrape = readScrape(firstAnswer);
    // The whole text, strictly: what a check does not look at must be readable too.
    scrape.families();
    return scrape;
  });
  const settle = async (holds: (scrape: Scrape) => boolean) => {
    const end = performance.now() + SETTLE_MS;
    let now = await scrape();
    while (!holds(now) && performance.now() < end) {
      await sleep(10);
      now = await scrape();
    }
    return now;
  };

  /** Later checks compare with this scrape: it must not miss what comes just after the answer. */
  const rest = async () => {
    let now = await scrape();
    await until(async () => {
      await sleep(35);
      const before = now;
      now = await scrape();
      return ownLines(now) === ownLines(before);
    }, SETTLE_MS);
    return now;
  };

  /** What the second process has printed. */
  let others: () => string = () => '';
  const withoutRegistry = async () => {
    const launched = await second();
    others = () => launched.program.stderr;
    return launched;
  };
  let printedBefore = 0;
  const unvisited = once(async () => {
    if (!beforeVisits || !isReadable(first)) return undefined;
    let now = first();
    await until(
      async () => beforeVisits(now) || beforeVisits((now = await scrape())),
      UNVISITED_MS,
    );
    return now;
  });
  const visit = async (method: string, path: string, headers?: Record<string, string>) => {
    await unvisited();
    return send(port, method, path, headers);
  };
  const sessionWithoutRegistry = once(async () =>
    createSession(await withoutRegistry(), client, { wantsMetrics: true, delayMs: 0 }, second),
  );

  let groups = 0;
  /** The headers by which some requests come in the same instant. */
  const placesOf = (count: number) => {
    const group = groups++;
    return (index: number) => ({ 'x-check-together': `${index}/${count}/${group}` });
  };
  let timed = 0;
  /** A request whose times the program tells. */
  const timedVisit = async (method: string, path: string, headers?: Record<string, string>) => {
    const id = `${timed++}`;
    const answer = await visit(method, path, { ...headers, 'x-check-timed': id });
    const served = () => program.facts.find((fact) => fact.type === 'served' && fact.id === id);
    return { answer, served: served as () => Served | undefined };
  };

  const session: Session = {
    port,
    metricsPort,
    firstAnswer,
    first,
    send: visit,
    together(requests) {
      const at = placesOf(requests.length);
      return Promise.all(
        requests.map(([method, path, headers], index) =>
          visit(method, path, { ...headers, ...at(index) }),
        ),
      );
    },
    async sendWithoutRegistry(method, path) {
      const { port } = await withoutRegistry();
      return client.send(port, method, path).catch(() => undefined);
    },
    async serve(method, path) {
      const { served } = await timedVisit(method, path);
      await until(() => served() !== undefined, TOLD_MS);
      return served();
    },
    sendToMetricsPort(method, path) {
      last = undefined;
      return client.send(metricsPort, method, path).catch(() => undefined);
    },
    metrics: () => metrics(),
    scrape,
    settle,
    async observe(act, settled) {
      const before = last ?? (await scrape());
      const result = await act();
      return { before, result, after: await settle((after) => settled(before, after)) };
    },
    async expectMoves(act, wanted, of) {
      const looked = metricsNamed.filter(({ name }) => of?.includes(name) ?? true);
      const names = looked.map(({ name }) => name);
      const compare = (before: Scrape, after: Scrape, result: Awaited<ReturnType<typeof act>>) => {
        const moves = typeof wanted === 'function' ? wanted(result) : wanted;
        return compareMoves(movesBetween(before, after, looked), moves, after, names);
      };
      const before = last ?? (await scrape());
      const result = await act();
      const after = await settle((now) => compare(before, now, result).right);
      return { ...compare(before, after, result), before, after, result };
    },
    begin(named, again = false) {
      last = undefined;
      if (again) burst = undefined;
      hasFailed = false;
      printedBefore = program.printed;
      metricsNamed = named;
    },
    burst: () => (burst ??= session.burstAgain()),
    async burstAgain(withOther = true) {
      // Where /metrics is missing or broken, a check of step 02 says so.
      const canScrape = isReadable(first);
      const look = async () =>
        canScrape ? scrape() : readScrape({ ...hello, status: 200, body: '' });
      await unvisited();
      const before = await look();
      const waiting = new Set<object>();
      const ask = async (...request: Parameters<typeof visit>) => {
        waiting.add(request);
        return timedVisit(...request).finally(() => waiting.delete(request));
      };
      /** Some questions, and another visitor, in the same instant: the last comes while the others wait. */
      const askAtOnce = (questions: number, withOther: boolean) => {
        const at = placesOf(questions + (withOther ? 1 : 0));
        return Promise.all([
          Promise.all(
            Array.from({ length: questions }, (_, index) => ask('GET', '/treecounter', at(index))),
          ),
          withOther ? visit(...MEANWHILE, at(questions)) : undefined,
        ]);
      };
      const late = delayMs > 0 ? 1 : 0;
      const early = askAtOnce(BURST - late, withOther && !late);
      const askLate = () => sleep(LATE_MS).then(() => askAtOnce(late, withOther));
      const asked = Promise.all([early, late ? askLate() : undefined]);
      const during: { scrape: Scrape; waiting: number }[] = [];
      const watch = async () => {
        while (waiting.size > 0) {
          const { size } = waiting;
          const look = await scrape();
          during.push({ scrape: look, waiting: Math.min(size, waiting.size) });
          await sleep(25);
        }
      };
      const [[one, two]] = await Promise.all([asked, canScrape ? watch() : undefined]);
      const asks = [...one[0], ...(two?.[0] ?? [])];
      const answers = asks.map(({ answer }) => answer);
      const meanwhile = two?.[1] ?? one[1];
      const after = canScrape ? await rest() : before;
      after.families();
      const failed = answers.filter(({ status }) => status === 503).length;
      const answered = answers.filter(({ status }) => status === 200).length;
      const seconds = answers.reduce((sum, { ms }) => sum + ms / 1000, 0);
      const served = asks.flatMap((one) => one.served() ?? []);
      const seen = { answers, meanwhile, answered, failed, seconds, served, during };
      return { before, after, ...seen };
    },
    scrapeLater: async (seconds) =>
      readScrape(await metrics({ 'x-check-clock-ms': `${seconds * 1000}` })),
    sendAt: (seconds, method, path) => visit(method, path, timeOf(seconds)),
    scrapeAt: async (seconds) => (last = readScrape(await metrics(timeOf(seconds)))),
    unvisited,
    async scrapeWithoutRegistry() {
      const other = await sessionWithoutRegistry();
      if (metricsAt === metricsPort && other.firstAnswer.status === 404) {
        throw new CheckFailure('metrics-port-waits', {
          did: `started ${entry} once more, with a registry that always fails`,
          expected: `the metrics on METRICS_PORT (${other.metricsPort}), as in the first run`,
          got: `nobody there; PORT (${other.port}) does answer`,
        });
      }
      return other.scrape();
    },
    async stop(holds) {
      let seen = last ?? (await scrape());
      let told = false;
      let refused = false;
      const look = async (headers: Record<string, string>) => {
        const answer = await client.send(metricsAt, 'GET', '/metrics', headers).catch(() => {});
        refused ||= answer?.status === 503;
        if (answer?.status !== 200) return;
        told = true;
        seen = readScrape(answer);
      };
      await look({ 'x-check-stop': '1' });
      await until(async () => {
        if (holds(seen) || program.exit) return true;
        await look({ connection: 'close' });
        return false;
      }, SETTLE_MS);
      return refused && !told ? undefined : seen;
    },
    async ended() {
      await client.send(port, 'GET', '/', { 'x-check-ping': '1' }).catch(() => {});
      client.close();
      await Promise.race([program.exited, sleep(END_MS, undefined, { ref: false })]);
      return program.exit;
    },
    read(file) {
      const path = join(dirname(resolve(ROOT, entry)), file);
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    },
    promtool: once(() => options.promtool?.()),
    errors: () => program.stderr + others(),
    newErrors() {
      // The first scrape came before all checks.
      const failedAtFirst = firstAnswer.status === 500;
      const count = program.printed - (failedAtFirst ? 0 : printedBefore);
      return (count > 0 ? program.stderr.slice(-count) : '') + others();
    },
    hasFailed: () => hasFailed || firstAnswer.status === 500,
    async hostOf(asked) {
      // It may answer before it was heard that it listens.
      await until(() => hostOf(program, asked) !== undefined, HEARD_MS);
      return hostOf(program, asked);
    },
    elsewhere: () =>
      elsewhereOf(program, [port, metricsPort]) ?? otherUrlIn(program.stdout, [port, metricsPort]),
  };
  return session;
}

function timeOf(seconds: number): Record<string, string> {
  return { 'x-check-time-ms': `${Math.round(seconds * 1000)}` };
}

function isReadable(first: () => Scrape): boolean {
  try {
    return first() !== undefined;
  } catch {
    return false;
  }
}

/** The lines of a scrape that a visit can change. */
function ownLines({ text }: Scrape): string {
  return text
    .split('\n')
    .filter((line) => !/^(#|process_|nodejs_|host_memory_)/.test(line))
    .join('\n');
}

/** Why a request had no answer: because the program is gone, or because of how it serves. */
async function brokenOff(
  { code, request }: NoAnswer,
  program: ProgramProcess,
  entry: string,
  client: ReturnType<typeof createClient>,
  port: number,
): Promise<CheckFailure> {
  const did = `asked ${request}`;
  const expected = 'an answer';
  const fail = (hint: TroubleId, got: string) => new CheckFailure(hint, { did, expected, got });
  if (code !== 'TIMEOUT') await Promise.race([program.exited, sleep(300)]);
  if (program.exit) return gone(program, entry, did, expected);
  switch (code) {
    case 'TIMEOUT': {
      const pong = client.send(port, 'GET', '/', { 'x-check-ping': '1' }).then(
        ({ body }) => Number(body),
        () => Infinity,
      );
      const busyMs = await Promise.race([pong, sleep(PONG_MS, Infinity)]);
      if (busyMs < BUSY_MS) {
        return fail('no-answer', 'nothing, until patience ended; others get their answers');
      }
      const how = busyMs === Infinity ? 'without end' : `for ${(busyMs / 1000).toFixed(1)} s`;
      return fail('busy', `nothing, until patience ended: others had to wait too, ${how}`);
    }
    case 'TOO_LONG':
      return fail('too-long', `more than ${MOST_BYTES / 1024 / 1024} MB`);
    case 'HPE_HEADER_OVERFLOW':
      return fail('header-too-long', 'a header of more than 16 KB');
    case 'LENGTH':
      return fail('length-wrong', 'more or fewer bytes than its Content-Length says');
    default:
      return code.startsWith('HPE_')
        ? fail('not-http', `bytes that are not HTTP (${code})`)
        : fail('dropped', `the connection was cut (${code})`);
  }
}

/** Why a program is gone, by what it has printed and told. */
async function gone(
  program: ProgramProcess,
  entry: string,
  did: string,
  expected: string,
): Promise<CheckFailure> {
  const { code, signal } = await program.exited;
  const said = excerptOf(program.stderr, entry);
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const exit = program.facts.find((fact) => fact.type === 'exit');
  const place = exit ? excerptOf(`    ${exit.place}`, entry).trim() : '';
  const hint = (): TroubleId => {
    const known = troubleIn(program.stderr);
    if (known) return known;
    if (code === 13) return 'never-settled';
    if (errorsIn(program.stderr).length > 0) return 'crashed';
    if (signal) return 'killed';
    if (place !== '') return 'exited';
    return code === 0 ? 'ended' : 'crashed';
  };
  const called = place === '' ? '' : `process.exit was called ${place}`;
  const got = [`the program ${how}`, called, said].filter((line) => line !== '').join('\n');
  return new CheckFailure(hint(), { did, expected, got });
}
