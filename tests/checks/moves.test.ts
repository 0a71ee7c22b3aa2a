import { describe, expect, it } from 'vitest';
import {
  compareMoves,
  movesBetween,
  type Move,
  type NamedMetric,
} from '../../checks/harness/moves.ts';
import { readScrape } from '../../checks/harness/scrape.ts';
import { withSession } from '../../checks/harness/session.ts';
import { compiledStep, PATIENT, withCompiledMutation, type Copy } from './copies.ts';

const scrapeOf = (...lines: string[]) =>
  readScrape({
    request: 'GET /metrics',
    status: 200,
    headers: {},
    body: `${lines.join('\n')}\n`,
    ms: 1,
  });
const requests: NamedMetric = { name: 'requests_total', type: 'counter', restless: false };
const seconds: NamedMetric = { name: 'seconds', type: 'histogram', restless: false };
const memory: NamedMetric = { name: 'free_bytes', type: 'gauge', restless: true };

describe('what moves between two scrapes', () => {
  it('is told of the metrics that are named, a histogram by its count', () => {
    const before = scrapeOf('requests_total{s="1"} 1', 'seconds_count 1', 'free_bytes 7', 'own 1');
    const after = scrapeOf(
      'requests_total{s="1"} 1',
      'requests_total{s="2"} 3',
      'requests_total{s="3"} 0',
      'seconds_count 2',
      'seconds_bucket{le="+Inf"} 2',
      'free_bytes 8',
      'own 2',
    );
    expect(movesBetween(before, after, [requests, seconds, memory])).toEqual([
      { name: 'requests_total', labels: { s: '2' }, by: 3, text: expect.any(String) },
      { name: 'seconds_count', labels: {}, by: 1, text: 'seconds_count rises by 1' },
    ]);
    const gone = movesBetween(after, scrapeOf('seconds_count 2'), [requests]);
    expect(gone.map(({ text }) => text)).toContain('requests_total{s="2"} is gone');
  });

  const before = scrapeOf('requests_total{s="1"} 1', 'requests_total{s="2"} 1');
  const compare = (lines: string[], ...wanted: Move[]) => {
    const after = scrapeOf(...lines);
    return compareMoves(movesBetween(before, after, [requests]), wanted, after, ['requests_total']);
  };
  const first: Move = { name: 'requests_total', labels: { s: '1' }, by: 1 };

  it('is right where exactly what was to move has', () => {
    const right = compare(['requests_total{s="1"} 2', 'requests_total{s="2"} 1'], first);
    expect(right).toMatchObject({ right: true, missing: [], extra: [] });
  });

  it.each([
    ['nothing moves', ['requests_total{s="1"} 1', 'requests_total{s="2"} 1']],
    ['another moves', ['requests_total{s="1"} 1', 'requests_total{s="2"} 2']],
    ['another moves, too', ['requests_total{s="1"} 2', 'requests_total{s="2"} 2']],
    ['it moves by two', ['requests_total{s="1"} 3', 'requests_total{s="2"} 1']],
    [
      'a new one moves, too',
      ['requests_total{s="1"} 2', 'requests_total{s="2"} 1', 'requests_total 1'],
    ],
    ['one is gone', ['requests_total{s="1"} 2']],
  ])('is wrong where %s, and what differs comes first', (_, lines) => {
    const { right, expected, got } = compare(lines, first);
    expect(right).toBe(false);
    expect(expected.split('\n')[0]).not.toBe(got.split('\n')[0]);
  });
});

describe('a session', () => {
  const use = <Result>(
    { entry, nodeArgs = [] }: Copy,
    act: Parameters<typeof withSession<Result>>[1],
  ) =>
    withSession(
      { ...PATIENT, entry, nodeArgs, delayMs: 0, wantsMetrics: true, withoutRegistry: false },
      act,
    );
  const counted = (endpoint: string): Move => ({
    name: 'requests_total',
    labels: { method: 'GET', endpoint },
    by: 1,
  });
  const askTogether = (copy: Copy) =>
    use(copy, async (session) => {
      session.begin([requests]);
      return session.expectMoves(
        () =>
          session.together([
            ['GET', '/treecounter'],
            ['GET', '/'],
          ]),
        [counted('/treecounter'), counted('/')],
      );
    });

  it('lets two requests come in the same instant', async () => {
    const { right, result } = await askTogether(compiledStep(4));
    expect(result.map(({ request }) => request)).toEqual(['GET /treecounter', 'GET /']);
    expect(right).toBe(true);
  });

  it('so that what they share by mistake shows', async () => {
    const edits = [
      ['server.ts', 'const routes =', "let endpoint = '';\nconst routes ="],
      [
        'server.ts',
        "  const answer = await respond(visit);\n  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';",
        "  endpoint = routes.has(visit.path) ? visit.path : 'unmatched';\n  const answer = await respond(visit);",
      ],
    ] as const;
    await withCompiledMutation(4, { edits }, async (copy) => {
      const { right, got } = await askTogether(copy);
      expect(right).toBe(false);
      expect(got).toMatch(/^requests_total\{.*endpoint="\/".*rises by 2/);
    });
  });

  it('can ask a program whose registry always fails', async () => {
    const statuses = await use(compiledStep(2), async (session) => {
      const one = await session.sendWithoutRegistry('GET', '/treecounter');
      const two = await session.sendWithoutRegistry('GET', '/treecounter');
      return [one?.status, two?.status];
    });
    expect(statuses).toEqual([503, 503]);
  });
});
