import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findSamples, parseExposition } from '../checks/harness/exposition.ts';
import { until } from '../checks/harness/program.ts';
import { startTyped, type RunningCommand } from '../tests/support/cli.ts';
import { makeSandbox, temporaryFolder } from '../tests/support/workspace.ts';
import type { Dashboard } from '../tests/stack/dashboards.ts';
import {
  joinBoard,
  leaveBoard,
  readJoined,
  tellBoard,
  type News,
} from '../workshop/learner/joined.ts';
import { ROOT, stepNames } from '../workshop/programs.ts';
import { queryNow } from '../workshop/stack/prometheus-api.ts';
import { freePort, needsPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

const LEARNERS = 40;
const STEPS = stepNames();

/** The others' hints differ: this one is shared by five. */
const SHARED: News = {
  about: 'chapter',
  name: '04-labels',
  outcome: 'failed',
  hint: 'label-unbounded',
};

async function boardIn() {
  const { folder, remove } = makeSandbox('board');
  const ports = {
    PORT_8075: `${await freePort()}`,
    PORT_8076: `${await freePort()}`,
    PORT_9190: `${await freePort()}`,
    PORT_3100: `${await freePort()}`,
    HOST: '',
    GRAFANA_HOME: folder,
  };
  const type = (...args: string[]) =>
    startTyped(['node', 'workshop/run.js', 'board', ...args], folder, ports);
  let command: RunningCommand | undefined;
  onTestFinished(async () => {
    command?.signal('SIGKILL');
    await command?.ended;
    remove();
  });
  const prometheus = `http://127.0.0.1:${ports.PORT_9190}`;
  return {
    folder,
    ports,
    type,
    prometheus,
    async start() {
      command = type();
      await command.says('Prometheus answers');
      const [url] = /http:\/\/localhost:\d+\/[a-z]+-[a-z]+-\d+/.exec(command.stdout)!;
      return { command, url };
    },
    async metrics() {
      const answer = await fetch(`http://127.0.0.1:${ports.PORT_8076}/metrics`);
      return parseExposition(await answer.text());
    },
    /** The value that Prometheus has, once it is `wanted`; else the last that it had. */
    async value(query: string, wanted: number) {
      let value: number | undefined;
      await until(async () => {
        value = (await queryNow(prometheus, query, 2000).catch(() => undefined))?.[0]?.value;
        return value === wanted;
      }, 30_000);
      return value;
    },
  };
}

/** What a learner tells within a class: some pass, some are stuck, some have it shown. */
function newsOf(learner: number): News[] {
  const all = STEPS.slice(0, 3 + (learner % 8)).map((name, index): News => {
    const isShown = (learner + index) % 5 === 0;
    return { about: 'chapter', name, outcome: isShown ? 'shown' : 'passed', seconds: 600 };
  });
  const ask = {
    about: 'ask',
    name: '04d',
    outcome: learner % 2 ? 'passed' : 'failed',
    hint: 'rate-of-sum',
  } as const;
  const last: News = learner < 5 ? SHARED : { about: 'incident', name: '3', outcome: 'passed' };
  return [...all, ask, last];
}

test('a class of forty: what was told is what Prometheus has, every panel answers, and it goes on after a kill', async () => {
  const board = await boardIn();
  const { command, url } = await board.start();
  const learners = await Promise.all(
    Array.from({ length: LEARNERS }, async (_, index) => {
      const root = await temporaryFolder();
      expect(await joinBoard(root, url, `learner ${index % 39}`)).toMatchObject({ status: 201 });
      return { root, news: newsOf(index) };
    }),
  );
  // Each types in a row, all at once; a board that is late gets it with the next message.
  await Promise.all(
    learners.map(async ({ root, news }) => {
      for (const one of news) await tellBoard(root, one);
    }),
  );
  const told = learners.flatMap(({ news }) => news).length + LEARNERS;
  await Promise.all(
    learners.map(async ({ root }) => {
      await until(async () => {
        await tellBoard(root, { about: 'hand', name: '', outcome: 'up' });
        return readJoined(root)!.waiting.length === 0;
      }, 20_000);
    }),
  );
  const taken = findSamples(await board.metrics(), 'class_door_messages_total', {
    outcome: 'taken',
  });
  expect(taken[0]!.value).toBeGreaterThanOrEqual(told);

  const passed = (name: string, how: string) =>
    learners.filter(({ news }) => news.some((one) => one.name === name && one.outcome === how))
      .length;
  expect(await board.value('class_learners', LEARNERS)).toBe(LEARNERS);
  expect(await board.value('class_raised_hands', LEARNERS)).toBe(LEARNERS);
  for (const name of STEPS) {
    const solved = passed(name, 'passed');
    const series = `class_learners_passed{chapter="${name}"`;
    expect(await board.value(`${series},how="solved"}`, solved), name).toBe(solved);
    const shown = passed(name, 'shown');
    expect(await board.value(`${series},how="shown"}`, shown), name).toBe(shown);
  }
  expect(await board.value('sum(class_learners_on_hint{hint="label-unbounded"})', 5)).toBe(5);
  expect(await board.value('sum(class_learners_answered{how="solved"})', LEARNERS / 2)).toBe(
    LEARNERS / 2,
  );

  const { panels } = JSON.parse(
    readFileSync(join(ROOT, 'grafana/class/class.json'), 'utf8'),
  ) as Dashboard;
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      const query = expr.replace('$__rate_interval', '1m');
      let rows: readonly { readonly value: number }[] = [];
      // A rate needs two scrapes.
      await until(async () => {
        rows = (await queryNow(board.prometheus, query, 5000)) ?? [];
        return rows.length > 0;
      }, 20_000);
      expect(rows.length, title).toBeGreaterThan(0);
      for (const { value } of rows) expect(value, title).toSatisfy(Number.isFinite);
    }
  }
  // No name is in what Prometheus knows, and the room's series are few.
  const all = await fetch(`${board.prometheus}/api/v1/series?match[]={job="class"}`);
  const series = await all.text();
  expect(series).not.toContain('learner ');
  const { data } = JSON.parse(series) as { data: unknown[] };
  expect(data.length).toBeLessThan(400);
  const alerts = await (await fetch(`${board.prometheus}/api/v1/alerts`)).text();
  expect(alerts).toMatch(/"alertname":"SameHint".*"state":"(pending|firing)"/);

  command.child.kill('SIGKILL');
  await command.ended;
  const again = await board.start();
  expect(again.url).toBe(url);
  expect(await board.value('class_learners', LEARNERS)).toBe(LEARNERS);
  expect(
    await board.value(
      'class_learners_passed{chapter="01-bare-handler",how="solved"}',
      passed('01-bare-handler', 'passed'),
    ),
  ).toBe(passed('01-bare-handler', 'passed'));

  // Whoever leaves takes the stored samples along.
  const [{ root }] = learners as [(typeof learners)[number]];
  expect(await leaveBoard(root, readJoined(root)!)).toMatchObject({ status: 200 });
  const left = 'max_over_time(class_learners[1h])';
  expect(await board.value(left, LEARNERS - 1)).toBe(LEARNERS - 1);

  again.command.signal('SIGINT');
  expect((await again.command.ended).code).toBe(0);
  const end = board.type('--end');
  expect((await end.ended).code).toBe(0);
  expect(existsSync(join(board.folder, '.workshop/board'))).toBe(false);
});

test('nothing is open to others unless HOST says so, and then the door alone', async ({ skip }) => {
  const [address] = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap((one) => (one.family === 'IPv4' && !one.internal ? one.address : [])),
  );
  if (!address) return skip('This computer is in no network.');
  const board = await boardIn();
  const opens = (port: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ port: Number(port), host: address, timeout: 2000 });
      for (const event of ['error', 'timeout']) socket.once(event, () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  const { PORT_8075, PORT_8076, PORT_9190 } = board.ports;
  const open = () => Promise.all([PORT_8075, PORT_8076, PORT_9190].map(opens));

  const { command } = await board.start();
  expect(await open()).toEqual([false, false, false]);
  expect(command.stdout).toContain(`--host ${address}`);
  command.signal('SIGINT');
  expect((await command.ended).code).toBe(0);

  const shown = board.type('--host', address);
  onTestFinished(() => shown.signal('SIGKILL'));
  await shown.says('Prometheus answers');
  expect(shown.stdout).toContain(`BOARD=http://${address}:${PORT_8075}/`);
  expect(await open()).toEqual([true, false, false]);
  const end = board.type('--end');
  expect(await end.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('end it with Ctrl-C') as string,
  });
  shown.signal('SIGINT');
  expect((await shown.ended).code).toBe(0);

  const foreign = board.type('--host', '203.0.113.9');
  const said = await foreign.ended;
  expect(said.code).toBe(2);
  expect(said.stderr).toContain('is no address of this computer');
});
