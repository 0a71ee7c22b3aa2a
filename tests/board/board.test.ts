import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { until } from '../../checks/harness/program.ts';
import { findSamples, parseExposition } from '../../checks/harness/exposition.ts';
import { MOST_LEARNERS, MOST_PER_MINUTE } from '../../workshop/board/door.ts';
import { openBoard } from '../../workshop/board/open.ts';
import { CLASS_MS } from '../../workshop/board/store.ts';
import {
  catchUp,
  joinBoard,
  leaveBoard,
  readJoined,
  tellBoard,
  type News,
} from '../../workshop/learner/joined.ts';
import { handPart } from '../../workshop/page/hand.ts';
import { addShown } from '../../workshop/learner/shown.ts';
import { serve } from '../support/archive.ts';
import { serveParts } from '../support/page.ts';
import { temporaryFolder, workspace } from '../support/workspace.ts';

const PASSED = { about: 'chapter', name: '05-gauges', outcome: 'passed', seconds: 900 } as const;
const STUCK = {
  about: 'chapter',
  name: '05-gauges',
  outcome: 'failed',
  hint: 'label-unbounded',
} as const;

async function board(file?: string) {
  const path = file ?? join(await temporaryFolder(), 'room.jsonl');
  const [port, metricsPort] = (await freePorts(2)) as [number, number];
  let left = 0;
  const door = { port, host: '127.0.0.1' };
  const open = await openBoard({ file: path, door, metricsPort, left: () => void (left += 1) });
  onTestFinished(() => open.close());
  const url = `http://127.0.0.1:${port}/${open.code}`;
  return {
    ...open,
    url,
    path,
    port,
    get left() {
      return left;
    },
    /** The value of a series of the class's metrics; undefined if there is none. */
    async value(name: string, labels: Record<string, string> = {}) {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      return findSamples(parseExposition(await answer.text()), name, labels)[0]?.value;
    },
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

/** Until the board knows: other work on this computer may take longer than a laptop waits. */
async function untilTold(root: string) {
  const isThere = async () => {
    await tellBoard(root);
    return readJoined(root)!.waiting.length === 0;
  };
  expect(await until(isThere, 10_000)).toBe(true);
}

async function learner(url: string, name = 'ada') {
  const root = await temporaryFolder();
  const outcome = await joinBoard(root, url, name);
  expect(outcome).toMatchObject({ reached: true, status: 201 });
  return {
    root,
    async tell(...news: News[]) {
      await tellBoard(root, ...news);
      await untilTold(root);
    },
  };
}
test('what a class tells is what its metrics say, and a board that is killed goes on with it', async () => {
  const first = await board();
  const [ada, bob] = await Promise.all([learner(first.url), learner(first.url, 'ada')]);
  await ada.tell(PASSED);
  await bob.tell(STUCK);
  await bob.tell({ about: 'hand', name: '', outcome: 'up' });
  await bob.tell({ about: 'ask', name: '04d', outcome: 'shown' });
  await bob.tell({ about: 'incident', name: '3', outcome: 'passed' });

  const says = async ({ value }: Pick<typeof first, 'value'>) => ({
    learners: await value('class_learners'),
    hands: await value('class_raised_hands'),
    // Two of one name are two.
    before: await value('class_learners_passed', { chapter: '04-labels', how: 'solved' }),
    passed: await value('class_learners_passed', { chapter: '05-gauges', how: 'solved' }),
    after: await value('class_learners_passed', { chapter: '06-histograms', how: 'solved' }),
    stuck: await value('class_learners_on_hint', { name: '05-gauges', hint: 'label-unbounded' }),
    took: await value('class_chapter_duration_seconds_count', { chapter: '05-gauges' }),
    planned: await value('class_chapter_planned_seconds', { chapter: '05-gauges' }),
    asked: await value('class_learners_answered', { ask: '04d', how: 'shown' }),
    found: await value('class_learners_diagnosed', { incident: '3', how: 'solved' }),
  });
  const told = await says(first);
  expect(told).toEqual({
    learners: 2,
    hands: 1,
    before: 1,
    passed: 1,
    after: 0,
    stuck: 1,
    took: 1,
    planned: 25 * 60,
    asked: 1,
    found: 1,
  });
  expect(await first.value('class_door_messages_total', { outcome: 'taken' })).toBe(5);

  // As one that was killed while it wrote leaves it.
  await first.close();
  writeFileSync(first.path, `${readFileSync(first.path, 'utf8')}{"type":"told","id":`);
  const second = await board(first.path);
  expect(second.code).toBe(first.code);
  expect(await says(second)).toEqual(told);
  expect(readFileSync(first.path, 'utf8')).not.toContain(readJoined(ada.root)!.key);
});

test('what make solve has put there is counted as that, whatever the check says then', async () => {
  const { url, value } = await board();
  const { root, tell } = await learner(url);
  addShown(root, ['01-bare-handler']);
  await tell({ about: 'chapter', name: '05-gauges', outcome: 'shown' });
  await tell(PASSED);
  expect(await value('class_learners_passed', { chapter: '05-gauges', how: 'shown' })).toBe(1);
  expect(await value('class_learners_passed', { chapter: '05-gauges', how: 'solved' })).toBe(0);
});

test('who leaves takes all of it back', async () => {
  const there = await board();
  const { root, tell } = await learner(there.url, 'Zoë');
  await learner(there.url, 'bob');
  await tell(PASSED);
  expect(readFileSync(there.path, 'utf8')).toContain('Zoë');
  expect(await leaveBoard(root, readJoined(root)!)).toMatchObject({ status: 200 });
  expect(there.left).toBe(1);
  expect(readJoined(root)).toBeUndefined();
  expect(readFileSync(there.path, 'utf8')).not.toMatch(/Zoë|05-gauges/);
  expect(await there.value('class_learners')).toBe(1);
  expect(await there.value('class_learners_passed', { chapter: '05-gauges' })).toBe(0);
  // Nothing is told any more.
  expect(await tellBoard(root, PASSED)).toBeUndefined();
});

test('nobody writes for another, and nothing from outside becomes a label', async () => {
  const { post, value, url } = await board();
  const { key } = (await (await post('/learners', { name: 'ada' })).json()) as { key: string };
  const own = { Authorization: `Bearer ${key}` };
  const message = { number: 1, ...PASSED };
  const statuses = async (...bodies: unknown[]) =>
    Promise.all(bodies.map(async (body) => (await post('/messages', body, own)).status));

  for (const wrong of ['', 'Bearer ', 'Bearer x', `Bearer ${key}x`, `Basic ${key}`]) {
    const { status } = await post('/messages', { messages: [message] }, { Authorization: wrong });
    expect(status, wrong).toBe(401);
  }
  expect(
    await statuses(
      { messages: [] },
      { messages: Array.from({ length: 61 }, () => message) },
      { messages: [{ ...message, name: 'ada"} 1' }] },
      { messages: [{ ...message, name: '__proto__' }] },
      { messages: [{ ...message, about: 'toString' }] },
      { messages: [{ ...message, outcome: 'first try' }] },
      { messages: [{ ...message, hint: 'x'.repeat(61) }] },
      { messages: [{ ...message, number: 0 }] },
      { messages: [{ ...message, seconds: 1e9 }] },
      { messages: [null] },
      'no JSON',
      null,
    ),
  ).toEqual(Array(12).fill(400));
  expect((await post('/messages', 'x'.repeat(20_000), own)).status).toBe(413);
  for (const name of ['', ' ', 'x'.repeat(25), 'a\nb', '<b>', '../x', 'a\u202Eb', 7]) {
    expect((await post('/learners', { name })).status, String(name)).toBe(400);
  }
  expect((await fetch(`${url}/learners`)).status).toBe(404);
  expect(await value('class_learners')).toBe(1);
  expect(await value('class_learners_passed', { chapter: '05-gauges' })).toBe(0);

  // A hint that no list has is counted with the others of its kind; the same message once more, not.
  expect(await statuses({ messages: [{ ...message, ...STUCK, hint: 'mine"' }] })).toEqual([200]);
  expect(await statuses({ messages: [{ ...message, ...STUCK, hint: 'mine"' }] })).toEqual([200]);
  expect(await value('class_learners_on_hint', { hint: 'other' })).toBe(1);
  expect(await value('class_door_messages_total', { outcome: 'repeated' })).toBe(1);
});

test('a flood is refused: by key, by wrong word, by how many join', async () => {
  const { post, port, value } = await board();
  const { key } = (await (await post('/learners', { name: 'ada' })).json()) as { key: string };
  const own = { Authorization: `Bearer ${key}` };
  const many = (from: number) =>
    Array.from({ length: 30 }, (_, index) => ({ number: from + index, ...STUCK }));
  const flood = [1, 31, 61].map((from) => () => post('/messages', { messages: many(from) }, own));
  const statuses: number[] = [];
  for (const send of flood) statuses.push((await send()).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect(await value('class_door_messages_total', { outcome: 'taken' })).toBe(MOST_PER_MINUTE.each);

  for (let more = 1; more < MOST_LEARNERS; more += 1) {
    expect((await post('/learners', { name: `l${more}` })).status).toBe(201);
  }
  expect((await post('/learners', { name: 'one more' })).status).toBe(409);

  const guess = () => fetch(`http://127.0.0.1:${port}/oak-oak-10/learners`, { method: 'POST' });
  const guesses: number[] = [];
  for (let tries = 0; tries < 25; tries += 1) guesses.push((await guess()).status);
  expect(new Set(guesses)).toEqual(new Set([404, 429]));
  // Whoever guesses is kept out, with the right word, too.
  expect((await post('/learners', { name: 'ada' })).status).toBe(429);
});

test('a class of another day is gone', async () => {
  const path = join(await temporaryFolder(), 'room.jsonl');
  const at = Date.now() - CLASS_MS - 1;
  writeFileSync(
    path,
    [
      { type: 'opened', code: 'oak-owl-42', at },
      { type: 'joined', id: 'a', name: 'ada', keyDigest: '', joinedAt: at },
    ]
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join(''),
  );
  const { code, value } = await board(path);
  expect(code).not.toBe('oak-owl-42');
  expect(await value('class_learners')).toBe(0);
  expect(readFileSync(path, 'utf8')).not.toContain('ada');
});

const HOSTILE: Record<string, RequestListener> = {
  silent: () => {},
  slow: (_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(drip));
  },
  huge: (_, response) => void response.end('x'.repeat(1e7)),
  'no JSON': (_, response) => void response.end('<html>'),
  'sends elsewhere': (_, response) => void response.writeHead(302, { Location: '/' }).end('{}'),
  'cut off': (request) => request.socket.destroy(),
};

test.each(Object.entries(HOSTILE))(
  'a board that is %s delays nobody, and gets what it has missed later',
  async (_, listener) => {
    const there = await board();
    const { root, tell } = await learner(there.url);
    const bad = new URL(await serve(listener));
    const path = join(root, '.workshop', 'join.json');
    const move = (to: string) =>
      writeFileSync(path, JSON.stringify({ ...readJoined(root), board: to }));
    move(`${bad.origin}/oak-owl-42`);
    const start = performance.now();
    await tellBoard(root, STUCK);
    // The bound is 200 ms; the rest is this computer's other work.
    expect(performance.now() - start).toBeLessThan(500);
    expect(readJoined(root)!.waiting).toHaveLength(1);
    move(there.url);
    await tell(PASSED);
    expect(readJoined(root)!.waiting).toEqual([]);
    expect(await there.value('class_door_messages_total', { outcome: 'taken' })).toBe(2);
    expect(await there.value('class_learners_passed', { chapter: '05-gauges' })).toBe(1);
  },
);

test('where nothing answers, join gives up within two seconds', async () => {
  const url = await serve(() => {});
  const root = await temporaryFolder();
  const start = performance.now();
  const outcome = await joinBoard(root, `${new URL(url).origin}/oak-owl-42`, 'ada');
  expect(outcome).toEqual({ reached: false, why: 'nothing came back within 2 s' });
  expect(performance.now() - start).toBeLessThan(2500);
  expect(readJoined(root)).toBeUndefined();
});

test.each([1, 3])('who joins after %i chapters brings them, each as it was', async (passed) => {
  const { url, value } = await board();
  const root = await workspace();
  mkdirSync(join(root, '.workshop'));
  writeFileSync(join(root, '.workshop', 'check.json'), JSON.stringify({ passed }));
  addShown(root, ['02-expose-metrics']);
  await joinBoard(root, url, 'ada');
  await catchUp(root);
  await untilTold(root);
  const how = async (chapter: string) => [
    await value('class_learners_passed', { chapter, how: 'solved' }),
    await value('class_learners_passed', { chapter, how: 'shown' }),
  ];
  expect(await how('01-bare-handler')).toEqual([1, 0]);
  expect(await how('02-expose-metrics')).toEqual([0, passed > 1 ? 1 : 0]);
  expect(await how('03-counters')).toEqual([passed > 1 ? 1 : 0, 0]);
  expect(await how('04-labels')).toEqual([0, 0]);
  // Nobody knows what they took.
  expect(await value('class_chapter_duration_seconds_count')).toBeUndefined();
});

test('the page raises the hand of who has joined, and says why of nobody else', async () => {
  const there = await board();
  const { root } = await learner(there.url);
  const told: unknown[] = [];
  const publish = (_: string, data: unknown) => void told.push(data);
  const desk = { root, publish, env: {}, ports: { program: 1, visitors: 1, prometheus: 1 } };
  const page = await serveParts(handPart(desk));
  expect(told).toEqual([{ name: 'ada', isUp: false }]);
  const hand = async (isUp: boolean) => (await page.post('/hand', { isUp })).status === 200;
  expect(await until(() => hand(true), 10_000)).toBe(true);
  expect(await there.value('class_raised_hands')).toBe(1);
  expect(told.at(-1)).toEqual({ name: 'ada', isUp: true });
  expect(await until(() => hand(false), 10_000)).toBe(true);
  expect(await there.value('class_raised_hands')).toBe(0);

  await leaveBoard(root, readJoined(root)!);
  const alone = await page.post<{ message: string }>('/hand', { isUp: true });
  expect(alone.status).toBe(503);
  expect(alone.body.message).toMatch(/^You are on no board\. To join one, type .* npm run join …$/);
});
