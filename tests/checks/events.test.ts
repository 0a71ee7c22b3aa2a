import { describe, expect, it } from 'vitest';
import { checkStep, passedSteps } from '../../checks/run.ts';
import type { CheckEvent } from '../../checks/harness/types.ts';
import { compiledStep, PATIENT } from './copies.ts';

/** Keeps what is told, as a page would get it: by JSON. */
function listen() {
  const events: CheckEvent[] = [];
  const onResult = (event: CheckEvent) => void events.push(JSON.parse(JSON.stringify(event)));
  const named = (type: CheckEvent['type']) =>
    events.flatMap((event) => (event.type === type ? event.name : []));
  return { events, named, onResult };
}

describe('what happens to the checks is told as it happens', () => {
  it('of one step, up to the first failure', async () => {
    const { events, named, onResult } = listen();
    const report = await checkStep(3, { ...compiledStep(2), ...PATIENT, onResult });
    for (const outcome of ['passed', 'failed', 'not reached'] as const) {
      const results = report.results.filter((result) => result.outcome === outcome);
      expect(results.length, outcome).toBeGreaterThan(0);
      expect(named(outcome)).toEqual(results.map(({ name }) => name));
    }
    expect(named('started')).toEqual([...named('passed'), ...named('failed')]);
    const [first, second] = events;
    expect([first!.type, second!.type]).toEqual(['started', 'passed']);
    const told = events.find(({ type }) => type === 'failed');
    expect(told).toMatchObject({ chapter: { step: 3 }, failure: report.failure });
  });

  it('of all steps, with a failure for each that does not pass', async () => {
    const { events, named, onResult } = listen();
    const passed = await passedSteps({ ...compiledStep(6), ...PATIENT, onResult });
    expect(passed).toEqual([1, 2, 3, 4, 5, 6]);
    const missed = events.flatMap(({ type, chapter }) => (type === 'failed' ? chapter.name : []));
    expect(new Set(missed).size).toBe(missed.length);
    expect(missed).toContain('07-buckets');
    expect(missed.every((name) => name > '07')).toBe(true);
    const ends = [...named('passed'), ...named('failed'), ...named('not reached')];
    expect(new Set(ends).size).toBe(ends.length);
    expect(ends).toEqual(expect.arrayContaining(named('started')));
  });

  it('of a program that does not start', async () => {
    const { events, named, onResult } = listen();
    await checkStep(1, { entry: 'app/there-is-no-such-file.ts', onResult });
    expect(named('started')).toEqual([]);
    expect(events[0]).toMatchObject({ type: 'failed', failure: { hintId: 'entry-missing' } });
    expect(new Set(events.slice(1).map(({ type }) => type))).toEqual(new Set(['not reached']));
  });
});
