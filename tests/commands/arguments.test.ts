import { wordsOf } from '../../workshop/commands/amtool.ts';
import { describe, expect, test } from 'vitest';
import { COMMANDS, GROUPS, commands, type CommandName } from '../../workshop/commands.js';
import { nearest, readArguments, UsageError } from '../../workshop/terminal/arguments.js';
import { describeCommand, listCommands } from '../../workshop/terminal/help.js';
import { optionOf, retyped, typed } from '../../workshop/terminal/typed.js';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  readArguments('metrics', args, env).values;

const NOTHING = {
  NAME: '',
  ENDPOINT: '',
  WATCH: false,
  PORT: undefined,
  METRICS_PORT: undefined,
  PORT_8000: 8000,
  PORT_8001: 8001,
  HOST: '',
};

describe('the variables of a command', () => {
  const all = { ...NOTHING, NAME: 'requests', METRICS_PORT: 8001, WATCH: true };

  test('come from make by the environment', () => {
    expect(read([], { NAME: 'requests', METRICS_PORT: '8001', WATCH: '1' })).toEqual(all);
  });

  test.each([
    [['requests', '--metrics-port', '8001', '--watch']],
    [['--name=requests', '--metrics-port=8001', '--watch=1']],
    [['NAME=requests', 'METRICS_PORT=8001', 'WATCH=1']],
  ])('come from npm: %j', (args) => {
    expect(read(args)).toEqual(all);
  });

  test('may be labels, whatever they are called', () => {
    const labels = { ...NOTHING, ENDPOINT: '/', species: 'oak', STATUS: '503' };
    expect(read(['--endpoint', '/', '--species', 'oak', 'STATUS=503'])).toEqual(labels);
    const MAKEFLAGS = ' -- ENDPOINT=/ species=oak STATUS=503';
    const { ENDPOINT, species, STATUS } = labels;
    const env = { ENDPOINT, species, STATUS, PAGE: 'of no make', MAKELEVEL: '1', MAKEFLAGS };
    expect(read([], env)).toEqual(labels);
  });

  test('are empty where nobody gives them, and options win', () => {
    expect(read([])).toEqual(NOTHING);
    expect(read(['trees'], { NAME: 'requests' }).NAME).toBe('trees');
    expect(readArguments('load', [], {}).values).toMatchObject({ SECONDS: undefined, RPS: 5 });
  });

  test('are laid over the environment for what the command starts', () => {
    const { env } = readArguments('dev', ['6', '--error-rate', '1'], { SEED: '4' });
    expect(env).toEqual({ STEP: '6', REGISTRY_ERROR_RATE: '1', SEED: '4' });
  });

  test('can be typed again as they were, and nothing else', () => {
    const again = (args: string[], env: NodeJS.ProcessEnv) =>
      typed('metrics', readArguments('metrics', args, env).told, env);
    const npm = { ENDPOINT: '/of-no-npm' };
    expect(again(['requests', '--watch', '--species', 'oak'], npm)).toBe(
      'npm run metrics -- requests --watch --species oak',
    );
    const MAKEFLAGS = 's -- WATCH=0 NAME=requests species=oak';
    const make = { WATCH: '0', NAME: 'requests', species: 'oak', MAKELEVEL: '1', MAKEFLAGS };
    expect(again([], { ...make, ...npm })).toBe('make metrics NAME=requests species=oak');
  });

  test('do not come from WSL, which names the machine in NAME', () => {
    const wsl = { NAME: 'LAPTOP-7', WSL_DISTRO_NAME: 'Ubuntu' };
    expect(read([], wsl).NAME).toBe('');
    expect(read(['trees'], wsl).NAME).toBe('trees');
    const make = { MAKELEVEL: '1', MAKEFLAGS: ' -- NAME=trees' };
    expect(read([], { ...wsl, NAME: 'trees', ...make }).NAME).toBe('trees');
  });

  test.each(['1', 'yes', 'Yes', 'ON', 'true'])('a switch is on at %s', (value) => {
    expect(read([], { WATCH: value }).WATCH).toBe(true);
    expect(read([`--watch=${value}`]).WATCH).toBe(true);
  });

  test.each(['', '0', 'no', 'No', 'OFF', 'false'])('and off at "%s"', (value) => {
    expect(readArguments('bench', [], { QUICK: value }).values.QUICK).toBe(false);
    expect(read([], { WATCH: value }).WATCH).toBe(false);
  });
});

describe('wrong usage', () => {
  const says = (command: CommandName, args: string[], env: NodeJS.ProcessEnv = {}) => {
    try {
      readArguments(command, args, env);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
    }
    throw new Error('It is taken for right usage.');
  };

  test.each<[CommandName, string[], RegExp]>([
    [
      'restore',
      ['--nam', 'x'],
      /^There is no --nam in restore: did you mean --name\? It takes --name\./,
    ],
    ['restore', ['NAM=x'], /^There is no NAM in restore: did you mean NAME\?/],
    ['metrics', ['a', 'b'], /^"b" is too much\.\n/],
    ['metrics', ['--name'], /^--name lacks its value\.\n/],
    [
      'check',
      ['--watch=perhaps'],
      /^WATCH="perhaps" is not allowed: give 1 for on, or 0 for off\./,
    ],
    ['down', ['5'], /^"5" is too much\.\n.*npm run down -- --volumes$/],
    ['progress', ['5'], /^"5" is too much\.\n.*npm run progress$/],
    ['progress', ['--fast'], /^There is no --fast in progress\. It takes nothing\.\n/],
    ['begin', [], /^STEP is missing: .*\n.*npm run begin -- 5$/],
    [
      'load',
      ['--rps', '1e2'],
      /^RPS="1e2" is not allowed: .* 0\.1 to 200\.\n.*npm run load -- --rps 5$/,
    ],
    [
      'load',
      ['--port', '80.5'],
      /^PORT="80\.5" is not allowed: give a whole number from 1 to 65535/,
    ],
    ['bench', ['all'], /^PART="all" is not allowed: give one of operations, requests, scrape\./],
  ])('%s %j', (command, args, message) => {
    expect(says(command, args)).toMatch(message);
  });

  // As makes write MAKEFLAGS: 4.x, 4.x with flags, 3.81 without and with flags.
  test.each([
    ' -- stpe=3',
    'k -j8 --jobserver-auth=3,4 -- NAME=a\\ b stpe=3',
    'stpe=3',
    'ks --jobserver-fds=3,4 -j -- stpe=3 STEP=5',
  ])('a misspelt variable of make, in MAKEFLAGS "%s"', (MAKEFLAGS) => {
    const env = { MAKELEVEL: '1', MAKEFLAGS: MAKEFLAGS.replace('NAME', 'WATCH'), stpe: '3' };
    expect(says('check', [], env)).toMatch(/^There is no stpe in check: did you mean STEP\?/);
    // Only what was typed to this make counts, and not what a shell has.
    expect(() => readArguments('check', [], { ...env, MAKELEVEL: '' })).not.toThrow();
    expect(() => readArguments('check', [], { MAKELEVEL: '1', stpe: '3' })).not.toThrow();
  });

  test.each(['k -j8 --jobserver-auth=3,4', 'w', '', ' -- STEP=5 NO_COLOR=1', '-Itools=x -- HELP='])(
    'but none of MAKEFLAGS "%s"',
    (MAKEFLAGS) => {
      expect(() => readArguments('check', [], { MAKELEVEL: '1', MAKEFLAGS })).not.toThrow();
    },
  );

  test('a name is near if few letters are wrong', () => {
    expect(nearest('stpe', ['WATCH', 'STEP'])).toBe('STEP');
    expect(nearest('VOLUME', ['VOLUMES'])).toBe('VOLUMES');
    expect(nearest('FOO', ['STEP', 'WATCH'])).toBeUndefined();
  });
});

describe('the table of the commands', () => {
  test.each(Object.entries(commands))('%s can be told by make and by npm', (name, command) => {
    const entries = Object.entries(command.variables);
    const options = entries.map(([variable, how]) => optionOf(variable, how));
    expect(new Set(options).size).toBe(options.length);
    // One word that may stand bare, and it is the first.
    const bare = entries.flatMap(([, how], index) => (how.bare ? [index] : []));
    expect([[], [0]]).toContainEqual(bare);
    const example = Object.fromEntries(
      entries.map(([variable, how]) => [variable, how.takes === 'switch' || how.example]),
    );
    if (command.passes) return;
    const known = name as CommandName;
    const words = wordsOf(typed(known, example, {})).slice(4);
    const byNpm = readArguments(known, words, {});
    const env = Object.fromEntries(
      entries.map(([variable, { example: value }]) => [variable, value]),
    );
    expect(byNpm.values).toEqual(readArguments(known, [], env).values);
    expect(Object.values(byNpm.values)).not.toContain(undefined);
  });

  test('help lists each command as it is typed', () => {
    const withMake = listCommands({ MAKELEVEL: '1' });
    const without = listCommands({});
    for (const name of Object.keys(COMMANDS)) {
      expect(withMake).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(without).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(Object.values(GROUPS).flat()).toEqual(Object.keys(COMMANDS));
    for (const heading of Object.keys(GROUPS)) expect(withMake).toContain(`\n\n${heading}\n  `);
    expect(withMake).toContain('(STEP=5 WATCH=1)');
    expect(without).toContain('(-- 5 --watch)');
    expect(without).not.toContain('make');
  });

  test('HELP=1 and --help say what a command can be told, and judge nothing else', () => {
    for (const { help } of [
      readArguments('begin', ['--help'], {}),
      readArguments('begin', ['-h'], {}),
      readArguments('begin', [], { HELP: '1' }),
      readArguments('load', ['--rps', 'x'], { HELP: '1' }),
    ]) {
      expect(help).toBe(true);
    }
    expect(describeCommand('dev', { MAKELEVEL: '1' })).toMatch(
      /^make dev: run .*\n\n {2}STEP=6 .*\(without it: your program in app\/\)\n[^]* REGISTRY_ERROR_RATE=1 .*0 to 1/,
    );
    expect(describeCommand('load', {})).toMatch(
      /^npm run load: .*[^]* --rps 5 .*\(0\.1 to 200; without it: 5\)\n/,
    );
    expect(describeCommand('test', {})).toContain('go to vitest');
  });
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
