import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { findSamples, parseExposition, sumOf } from '../../checks/harness/exposition.ts';
import { Enum } from '../../steps/11-metrics-port/enum.ts';
import { Info } from '../../steps/11-metrics-port/info.ts';
import { countExceptions, timed, trackInProgress } from '../../steps/11-metrics-port/instrument.ts';

const own = () => {
  const register = new Registry();
  return { registers: [register], text: () => register.metrics() };
};

describe('Info', () => {
  test('is a gauge at 1 with the suffix _info and its labels sorted', async () => {
    const { registers, text } = own();
    const labelNames = ['version', 'buildhost'] as const;
    const info = new Info({ name: 'my_build', help: 'Build information', labelNames, registers });
    info.info({ version: '1.2.3', buildhost: 'foo@bar' });
    expect(await text()).toBe(
      '# HELP my_build_info Build information\n# TYPE my_build_info gauge\n' +
        'my_build_info{buildhost="foo@bar",version="1.2.3"} 1\n',
    );
  });

  test('leaves nothing of what it said before', async () => {
    const { registers, text } = own();
    const info = new Info({ name: 'my', help: 'x', labelNames: ['version'], registers });
    info.info({ version: '1' });
    info.info({ version: '2' });
    const samples = findSamples(parseExposition(await text()), 'my_info');
    expect(samples).toMatchObject([{ labels: { version: '2' }, value: 1 }]);
  });

  test('refuses a name that has the suffix already', () => {
    const options = { help: 'x', labelNames: ['version'], ...own() };
    expect(() => new Info({ name: 'my_info', ...options })).toThrow('leave it out');
  });
});

describe('Enum', () => {
  const states = ['starting', 'running', 'stopped'] as const;

  test('starts in its first state, and lists its states in order', async () => {
    const { registers, text } = own();
    const state = new Enum({ name: 'my_state', help: 'A state', states, registers });
    expect(await text()).toContain(
      'my_state{my_state="starting"} 1\nmy_state{my_state="running"} 0\nmy_state{my_state="stopped"} 0\n',
    );
    state.state('running');
    expect(await text()).toContain(
      'my_state{my_state="starting"} 0\nmy_state{my_state="running"} 1\nmy_state{my_state="stopped"} 0\n',
    );
  });

  test('takes labels beside its state, sorted by name', async () => {
    const { registers, text } = own();
    const labelNames = ['task'] as const;
    const options = { name: 'my_task_state', help: 'x', states, labelNames, registers };
    const state = new Enum(options);
    expect(sumOf(parseExposition(await text()), 'my_task_state')).toBe(0);
    state.state({ task: 't1' }, 'running');
    state.state({ task: 't2' }, 'stopped');
    expect(await text()).toContain(
      'my_task_state{my_task_state="starting",task="t1"} 0\n' +
        'my_task_state{my_task_state="running",task="t1"} 1\n' +
        'my_task_state{my_task_state="stopped",task="t1"} 0\n',
    );
  });

  test('refuses what makes no sense', () => {
    const options = { name: 'my_state', help: 'x' };
    expect(() => new Enum({ ...options, states: [], ...own() })).toThrow('needs a state');
    expect(() => new Enum({ ...options, states, labelNames: ['my_state'], ...own() })).toThrow(
      'keeps the label "my_state"',
    );
    const state = new Enum({ ...options, states, ...own() });
    // @ts-expect-error: the type refuses it, too
    expect(() => state.state('flying')).toThrow('"flying" is none of the states');
  });
});

describe('wrapped functions', () => {
  const seen = () => {
    const { registers, text } = own();
    const duration = new Histogram({ name: 'duration_seconds', help: 'x', registers });
    const summary = new Summary({ name: 'processing_seconds', help: 'x', registers });
    const exceptions = new Counter({ name: 'exceptions_total', help: 'x', registers });
    const progress = new Gauge({ name: 'progress', help: 'x', registers });
    const wrap = <Fn extends (...args: never[]) => unknown>(fn: Fn): Fn =>
      timed(
        duration,
        timed(summary, countExceptions(exceptions, trackInProgress(progress, fn as never))),
      ) as unknown as Fn;
    const state = async () => {
      const families = parseExposition(await text());
      return [
        'duration_seconds_count',
        'processing_seconds_count',
        'exceptions_total',
        'progress',
      ].map((name) => sumOf(families, name));
    };
    return { wrap, state, duration };
  };

  test('keep signature, name, this and properties', async () => {
    const { duration } = seen();
    function add(this: { base: number }, a: number, b = 2): number {
      return this.base + a + b;
    }
    const wrapped = timed(duration, add);
    expectTypeOf(wrapped).toEqualTypeOf<typeof add>();
    expect(wrapped.call({ base: 10 }, 1)).toBe(13);
    expect([wrapped.name, wrapped.length]).toEqual(['add', 1]);
    const generic = timed(duration, async <T>(value: T): Promise<T> => value);
    expectTypeOf(await generic('x')).toEqualTypeOf<string>();
  });

  test('record a call that returns', async () => {
    const { wrap, state } = seen();
    expect(wrap((a: number) => a * 2)(21)).toBe(42);
    expect(await state()).toEqual([1, 1, 0, 0]);
  });

  test('record a call that throws, and let the exception through', async () => {
    const { wrap, state } = seen();
    const error = new Error('as it was');
    const fail = wrap(() => {
      throw error;
    });
    expect(fail).toThrow(error);
    expect(await state()).toEqual([1, 1, 1, 0]);
  });

  test('record a promise once it settles', async () => {
    const { wrap, state } = seen();
    let settle!: { resolve: (value: string) => void; reject: (error: Error) => void };
    const wait = wrap(
      () => new Promise<string>((resolve, reject) => (settle = { resolve, reject })),
    );
    const first = wait();
    expect(await state()).toEqual([0, 0, 0, 1]);
    settle.resolve('done');
    expect(await first).toBe('done');
    expect(await state()).toEqual([1, 1, 0, 0]);
    const second = wait();
    settle.reject(new Error('late'));
    await expect(second).rejects.toThrow('late');
    expect(await state()).toEqual([2, 2, 1, 0]);
  });
});
