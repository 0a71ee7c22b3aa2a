import { describe, expect, test } from 'vitest';
import { readStep, readVariables } from '../../workshop/terminal/arguments.ts';
import { retyped, typed } from '../../workshop/terminal/typed.js';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  readVariables({ NAME: 'value', METRICS_PORT: 'value', WATCH: 'switch' }, args, env);

describe('the variables of a command', () => {
  test('come from make by the environment', () => {
    const env = { NAME: 'requests', METRICS_PORT: '8001', WATCH: '1' };
    expect(read([], env)).toEqual({ NAME: 'requests', METRICS_PORT: '8001', WATCH: true });
  });

  test('come from npm by options, the first of them also bare', () => {
    const values = { NAME: 'requests', METRICS_PORT: '8001', WATCH: true };
    expect(read(['requests', '--metrics-port', '8001', '--watch'])).toEqual(values);
    expect(read(['--name=requests', '--metrics-port=8001', '--watch'])).toEqual(values);
  });

  test('are empty where nobody gives them, and options win', () => {
    expect(read([])).toEqual({ NAME: '', METRICS_PORT: '', WATCH: false });
    expect(read(['trees'], { NAME: 'requests' }).NAME).toBe('trees');
    expect(read([], { WATCH: '0' }).WATCH).toBe(false);
  });

  test('do not come from WSL, which names the machine in NAME', () => {
    const wsl = { NAME: 'LAPTOP-7', WSL_DISTRO_NAME: 'Ubuntu' };
    expect(read([], wsl).NAME).toBe('');
    expect(read([], { ...wsl, NAME: 'trees', MAKEFLAGS: ' -- NAME=trees' }).NAME).toBe('trees');
  });

  test.each([[['--nam', 'x']], [['a', 'b']], [['--name']]])('%j is wrong usage', (args) => {
    expect(() => read(args)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(() => read(args)).toThrow('--name, --metrics-port, --watch');
  });
});

test('a step is found by number or name, and asked for where it is missing', () => {
  expect(readStep('solve', ['5'], {})).toBe('05-gauges');
  expect(readStep('solve', [], { STEP: '05-gauges' })).toBe('05-gauges');
  expect(() => readStep('solve', [], { MAKELEVEL: '1' })).toThrow('make solve STEP=5');
  expect(() => readStep('solve', ['99'], {})).toThrow('npm run solve -- 5');
});

describe('what to type is told as the person types it', () => {
  const make = { MAKELEVEL: '1' };

  test.each([
    ['restore', {}, 'make restore', 'npm run restore'],
    ['solve', { STEP: 5 }, 'make solve STEP=5', 'npm run solve -- 5'],
    ['check', { STEP: undefined, WATCH: false }, 'make check', 'npm run check'],
    ['down', { VOLUMES: true }, 'make down VOLUMES=1', 'npm run down -- --volumes'],
    [
      'native',
      { STEP: '5', PORT_9090: 19090 },
      'make native STEP=5 PORT_9090=19090',
      'npm run native -- 5 --port-9090 19090',
    ],
    [
      'dev',
      { REGISTRY_ERROR_RATE: 1 },
      'make dev REGISTRY_ERROR_RATE=1',
      'npm run dev -- --error-rate 1',
    ],
    ['metrics', { NAME: 'le 1' }, 'make metrics NAME="le 1"', 'npm run metrics -- "le 1"'],
  ] as const)('%s %j', (command, options, withMake, without) => {
    expect(typed(command, options, make)).toBe(withMake);
    expect(typed(command, options, {})).toBe(without);
  });

  test('also within a text', () => {
    const text = 'Type `make down VOLUMES=1`, then `make take STEP=9`; `make sense` stays.';
    expect(retyped(text, make)).toBe(text);
    expect(retyped(text, {})).toBe(
      'Type `npm run down -- --volumes`, then `npm run take -- 9`; `make sense` stays.',
    );
  });
});
