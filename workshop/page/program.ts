import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PORTS, type CommandName } from '../commands.js';
import { scrape, ScrapeError } from '../metrics/scrape.ts';
import { watch } from '../program/watch.ts';
import { findProgram, hasMetricsPort } from '../programs.ts';
import { typed } from '../terminal/typed.js';
import { checkPart } from './check.ts';
import { loadPart } from './load.ts';
import { metricsAt, metricsPart } from './metrics.ts';
import type { Desk, Part } from './part.ts';
import { fieldsOf, json, Refusal } from './server.ts';
import { STARTABLE, startCommand, type Started } from './started.ts';
import type { OutputState, ProgramState, Startable } from './states.ts';

/** How often to ask whether the program answers, and how long it may take, in milliseconds. */
const EVERY_MS = 2000;
const PATIENCE_MS = 1500;

/** So long after a save or a restart the metrics themselves are asked for, in milliseconds. */
const NEW_MS = 5000;

/** A program that restarts is there again within this time, in milliseconds. */
const RESTART_MS = 1000;

/** How often the page is told what a program prints, in milliseconds: it may print without end. */
const TELL_MS = 300;

const { entry: APP, folder: FOLDER } = findProgram(undefined);

/** All that stands beside the text. */
export function programPart(desk: Desk): Part {
  const parts = [runningPart(desk), checkPart(desk), metricsPart(desk), loadPart(desk)];
  return {
    routes: parts.flatMap(({ routes }) => routes),
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop?.()));
    },
  };
}

/** The program itself: whether it answers, and its output if it was started here. */
function runningPart(desk: Desk): Part {
  const { port, urls } = { port: desk.ports.program, urls: metricsAt(desk.ports) };
  const over = new AbortController();
  let seen = UNSEEN;
  let started: Started | undefined;
  /** Whether the stack in Docker was brought up from here, and is to be taken down. */
  let broughtUp = false;

  let newUntil = 0;
  let pid: number | undefined;
  const unwatch = watch([join(desk.root, FOLDER)], () => (newUntil = Date.now() + NEW_MS));
  const lookNow = () => {
    if (started?.program?.pid !== pid) newUntil = Date.now() + NEW_MS;
    pid = started?.program?.pid;
    // Some metrics begin anew with each scrape: the learner and Prometheus would miss what this page has seen.
    const isKnown = seen.answer === 'metrics' && Date.now() > newUntil;
    return isKnown ? lookAgain(urls, seen) : lookAt(urls);
  };
  const tell = () => desk.publish('program', stateOf(seen, started, broughtUp, port));
  const look = async () => {
    let now = await lookNow();
    if (isAway(now) && !isAway(seen) && (!started || isRunning(started))) {
      // It may be about to start anew.
      await sleep(RESTART_MS);
      now = await lookAt(urls);
    }
    // Who does not say when it was started was seen to be.
    const since = isAway(seen) && seen !== UNSEEN ? Date.now() : seen.since;
    seen = { ...(since && { since }), ...now };
    tell();
  };
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tell();
      desk.publish('output', { text: started?.output ?? '' } satisfies OutputState);
    }, TELL_MS);
  };
  const start = (command: Startable | 'down') => {
    started = startCommand(command, desk.root, environmentOf(command, desk), changed);
    void started.ended.then(look);
    tell();
    return started;
  };
  const stop = async () => {
    const before = started;
    await before?.stop();
    if (!broughtUp) return;
    broughtUp = false;
    await start('down').ended;
  };
  void (async () => {
    while (!over.signal.aborted) {
      await look();
      await sleep(EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  })();

  return {
    routes: [
      {
        method: 'POST',
        path: '/program/start',
        async handle({ body }) {
          const { command } = fieldsOf(body);
          if (!isStartable(command)) {
            throw new Refusal(400, `This page starts nothing but ${STARTABLE.join(', ')}.`);
          }
          if (isRunning(started)) {
            throw new Refusal(409, `${typed(started.command)} was started here: stop it first.`);
          }
          await look();
          const isThere = seen.answer !== 'nobody';
          if (isThere && command !== 'up') {
            throw new Refusal(
              409,
              `A program is on port ${port} already, and this page shows that one. To start one here, end it first: with Ctrl-C in its terminal, or a stack in Docker with ${typed('down')}.`,
            );
          }
          // Another look may have let in another click.
          if (isRunning(started)) throw new Refusal(409, 'It starts already.');
          broughtUp ||= command === 'up' && !isThere;
          start(command);
          return json({});
        },
      },
      {
        method: 'POST',
        path: '/program/stop',
        async handle() {
          await stop();
          return json({});
        },
      },
    ],
    async stop() {
      unwatch();
      over.abort();
      await stop();
      clearTimeout(timer);
    },
  };
}

function isAway({ answer }: Look): boolean {
  return answer === 'nobody' || answer === 'cut';
}

function isStartable(command: unknown): command is Startable {
  return (STARTABLE as readonly unknown[]).includes(command);
}

function isRunning(started: Started | undefined): started is Started {
  return started !== undefined && started.code === undefined;
}

/** The program's ports are where this page looks for them; in Docker they are moved by other names. */
function environmentOf(command: CommandName, { root, env, ports }: Desk): NodeJS.ProcessEnv {
  const isUsual = ports.program === PORTS.program && ports.visitors === PORTS.visitors;
  if (isUsual || command === 'up' || !existsSync(join(root, APP))) return env;
  const { program, visitors } = { program: `${ports.program}`, visitors: `${ports.visitors}` };
  return hasMetricsPort({ entry: APP })
    ? { ...env, PORT: visitors, METRICS_PORT: program }
    : { ...env, PORT: program };
}

/** What a look at the program's port has shown. */
interface Look {
  readonly answer: ProgramState['answer'];
  /** When it was started, in milliseconds since 1970; undefined if that cannot be told. */
  readonly since?: number;
}

const UNSEEN: Look = { answer: 'nobody' };

async function lookAt(urls: string[]): Promise<Look> {
  try {
    const { text } = await scrape(urls, PATIENCE_MS);
    const [, seconds] = /^process_start_time_seconds (\d+)/m.exec(text) ?? [];
    return { answer: 'metrics', ...(seconds && { since: Number(seconds) * 1000 }) };
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    return { answer: error.answer };
  }
}

/** As before, unless it no longer answers; the metrics are not read. */
async function lookAgain(urls: string[], before: Look): Promise<Look> {
  try {
    await scrape(urls, PATIENCE_MS, 'OPTIONS');
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    if (error.answer !== 'other') return { answer: error.answer };
  }
  return before;
}

function stateOf(
  look: Look,
  started: Started | undefined,
  broughtUp: boolean,
  port: number,
): ProgramState {
  const running = isRunning(started);
  const code = started?.code;
  const stops = running ? started.command : broughtUp && code === 0 ? 'up' : 'down';
  return {
    answer: look.answer,
    says: [
      answerInWords(look, port, started?.program?.at ?? look.since),
      ...startedInWords(look, started),
    ],
    starts: running
      ? []
      : STARTABLE.map((command) => ({ command, label: `Start ${typed(command)}` })),
    stop: stops === 'down' ? undefined : `Stop ${typed(stops)}`,
  };
}

function answerInWords({ answer }: Look, port: number, since: number | undefined): string {
  switch (answer) {
    case 'metrics':
      return `Runs on port ${port}${since ? `, since ${clock(since)}` : ''}.`;
    case 'other':
      return `Runs on port ${port}, without metrics that can be read.`;
    case 'late':
      return `Takes connections on port ${port}, but has not answered for ${PATIENCE_MS / 1000} s.`;
    case 'cut':
      return `Takes connections on port ${port}, but cuts them.`;
    case 'nobody':
      return `Does not run: nothing answers on port ${port}.`;
  }
}

function startedInWords({ answer }: Look, started: Started | undefined): string[] {
  if (!started) {
    return answer === 'nobody'
      ? ['Start it here, or in a terminal.']
      : ['It was not started on this page, so its process and what it prints are not shown.'];
  }
  const { command, program, code } = started;
  const words = typed(command);
  if (code !== undefined) {
    return [`${words} has ended${code ? ` with code ${code}` : ''}: its last lines are below.`];
  }
  if (command === 'up') {
    return [
      `Started here with ${words}. In Docker its process is not shown. The stack ends with this page.`,
    ];
  }
  if (!program) return [`Started here with ${words}.`];
  const { pid, restarts, hasEnded } = program;
  if (hasEnded) return [`Started here with ${words}. It has ended: the next save starts it.`];
  const times = restarts === 1 ? 'once' : `${restarts} times`;
  const again = restarts > 0 ? `, restarted ${times}` : '';
  return [`Started here with ${words}: process ${pid}${again}.`];
}

function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB');
}
