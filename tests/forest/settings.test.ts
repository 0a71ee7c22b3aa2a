import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../forest/settings.ts';

const ports = { PORT: 8000, METRICS_PORT: 8001 };

test('the defaults are those of the class', () => {
  expect(parseSettings({ PORT: 8001 }, {})).toEqual({
    PORT: 8001,
    HOST: '127.0.0.1',
    REGISTRY_DELAY_MS: 1000,
    REGISTRY_ERROR_RATE: 0.15,
    RESERVATION_MS: 20_000,
    SEED: undefined,
  });
});

test.each([
  ['PORT', '0', 0],
  ['PORT', '65535', 65535],
  ['REGISTRY_DELAY_MS', '0', 0],
  ['REGISTRY_DELAY_MS', '4000', 4000],
  ['REGISTRY_ERROR_RATE', '.5', 0.5],
  ['REGISTRY_ERROR_RATE', '1', 1],
  ['RESERVATION_MS', '100', 100],
  ['RESERVATION_MS', '3600000', 3_600_000],
  ['SEED', '0', 0],
  ['SEED', '-1.5', -1.5],
] as const)('%s=%s is allowed', (name, text, value) => {
  expect(parseSettings({ PORT: 8001 }, { [name]: text })[name]).toBe(value);
});

describe('what is not allowed', () => {
  test.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', ' '],
    ['METRICS_PORT', '1e9'],
    ['REGISTRY_DELAY_MS', '4001'],
    ['REGISTRY_DELAY_MS', '-1'],
    ['REGISTRY_DELAY_MS', '1s'],
    ['REGISTRY_ERROR_RATE', '7'],
    ['REGISTRY_ERROR_RATE', 'NaN'],
    ['REGISTRY_ERROR_RATE', '15%'],
    ['RESERVATION_MS', '99'],
    ['RESERVATION_MS', '3600001'],
    ['RESERVATION_MS', '20s'],
    ['SEED', 'abc'],
    ['SEED', 'Infinity'],
  ])('%s=%s', (name, text) => {
    const message = `${name}=${JSON.stringify(text)} is not allowed`;
    expect(() => parseSettings(ports, { [name]: text })).toThrow(message);
  });

  test('two equal ports', () => {
    expect(() => parseSettings(ports, { PORT: '9000', METRICS_PORT: '9000' })).toThrow(
      'METRICS_PORT="9000" is not allowed: give another port than PORT, for example METRICS_PORT=9001.',
    );
    expect(parseSettings(ports, { PORT: '0', METRICS_PORT: '0' })).toMatchObject({ PORT: 0 });
  });

  test('a value is shown on one line, however long it is', () => {
    expect(() => parseSettings(ports, { SEED: `a\nb${'c'.repeat(1000)}` })).toThrow(
      /^SEED="a\\nbc{37}…" is not allowed: .*$/,
    );
  });
});
