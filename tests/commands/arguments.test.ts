import { describe, expect, test } from 'vitest';
import { readStep, readVariables, typed } from '../../workshop/terminal/arguments.ts';

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
  expect(() => readStep('solve', ['12'], {})).toThrow('make solve STEP=5');
});

test('what to type is told as the person types it', () => {
  expect(typed('solve', 'STEP', '5', { MAKELEVEL: '1' })).toBe('make solve STEP=5');
  expect(typed('solve', 'STEP', '5', {})).toBe('npm run solve -- 5');
  expect(typed('restore', '', '', {})).toBe('npm run restore');
});
