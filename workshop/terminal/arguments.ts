import { parseArgs } from 'node:util';
import type { CommandName } from '../commands.js';
import { findStep, UsageError } from '../programs.ts';
import { typed } from './typed.js';

/** The options that stand for the program's settings, so that Windows needs no way to set variables. */
const SETTINGS = {
  port: 'PORT',
  'metrics-port': 'METRICS_PORT',
  host: 'HOST',
  'delay-ms': 'REGISTRY_DELAY_MS',
  'error-rate': 'REGISTRY_ERROR_RATE',
  seed: 'SEED',
} as const;

/** Options of a command, each with the environment variable that it stands for. */
type Names = Readonly<Record<string, string>>;

/**
 * Reads `[STEP] [--error-rate 1 …]`, as `make dev STEP=6 REGISTRY_ERROR_RATE=1` gives it in the
 * environment and `npm run dev -- 6 --error-rate 1` on the command line.
 * @param more further options of the command, and those that take no value
 * @throws {UsageError} at an argument that it does not know
 */
export function parseProgramArguments(
  args: string[],
  env: NodeJS.ProcessEnv,
  more: { options?: Names; flags?: Names } = {},
): { step: string | undefined; env: NodeJS.ProcessEnv } {
  const parsed = parseOptions(args, env, {
    options: { ...SETTINGS, ...more.options },
    flags: more.flags,
    example: 'npm run dev -- 6 --error-rate 1',
  });
  if (parsed.positionals.length > 1) {
    throw new UsageError(
      'Only one step can run at a time. Type for example: npm run dev -- 6 --error-rate 1',
    );
  }
  return { step: parsed.positionals[0] ?? env.STEP, env: parsed.env };
}

/**
 * Reads options, and lays their values over the environment variables that they stand for.
 * @param how `flags` take no value and set their variable to 1; `example` is what to type
 * @throws {UsageError} at an option that it does not know
 */
export function parseOptions(
  args: string[],
  env: NodeJS.ProcessEnv,
  how: { options?: Names; flags?: Names; example: string },
): { positionals: string[]; env: NodeJS.ProcessEnv } {
  const names: Names = { ...how.options, ...how.flags };
  const options = Object.fromEntries(
    Object.keys(names).map((name) => [
      name,
      { type: how.flags && name in how.flags ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const given = Object.entries(values).map(([name, value]) => [
      names[name],
      value === true ? '1' : value,
    ]);
    return { positionals, env: { ...env, ...Object.fromEntries(given) } };
  } catch (error) {
    const known = Object.keys(names).map((name) => `--${name}`);
    const list = known.length > 0 ? `The options are ${known.join(', ')}` : 'There are no options';
    throw new UsageError(`${(error as Error).message}\n${list}. Type for example: ${how.example}`);
  }
}

/** Says whether a variable such as VOLUMES=1 is switched on. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'no', 'false'].includes(value.toLowerCase());
}

/**
 * Reads a number from the environment; an empty variable counts as unset.
 * @throws {UsageError} if it is no number from `least` to `most`
 */
export function readNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): number {
  const text = env[name] || `${fallback}`;
  const value = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(
    `${name}=${JSON.stringify(text.slice(0, 40))} is not allowed: give a number from ${least} to ${most}, for example ${name}=${fallback}.`,
  );
}

/** What a command takes: a variable with a value, or one that is on or off. */
type Spec = Record<string, 'value' | 'switch'>;
type Values<S extends Spec> = { [Name in keyof S]: S[Name] extends 'switch' ? boolean : string };

/**
 * Reads the variables of a command: `make metrics NAME=requests WATCH=1` gives them in the
 * environment, `npm run metrics -- requests --watch` on the command line, where the first of them
 * may stand bare.
 * @returns each variable, empty or false where it is not given
 * @throws {UsageError} at an argument that it does not know
 */
export function readVariables<S extends Spec>(
  spec: S,
  args: string[],
  env: NodeJS.ProcessEnv,
): Values<S> {
  const names = Object.keys(spec);
  const options = Object.fromEntries(
    names.map((name) => [
      optionOf(name),
      { type: spec[name] === 'switch' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [bare, ...others] = positionals;
    if (others.length > 0) throw new Error(`"${others.join(' ')}" is too much.`);
    const found = names.map((name, index) => {
      const given = values[optionOf(name)] ?? (index === 0 ? bare : undefined);
      if (spec[name] === 'value')
        return [name, given ?? (isTyped(name, env) ? env[name] : '') ?? ''];
      return [name, given === true || !['', '0', 'false', 'no'].includes(env[name] ?? '')];
    });
    return Object.fromEntries(found) as Values<S>;
  } catch (error) {
    const known = names.map((name) => `--${optionOf(name)}`).join(', ');
    throw new UsageError(`${(error as Error).message}\nThe options are ${known}.`);
  }
}

function optionOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * Reads the step of a command that cannot do without: `make solve STEP=5`, `npm run solve -- 5`.
 * @returns its name, such as `05-gauges`
 * @throws {UsageError} if none is given, or one that there is not
 */
export function readStep(command: CommandName, args: string[], env: NodeJS.ProcessEnv): string {
  const { STEP } = readVariables({ STEP: 'value' }, args, env);
  if (STEP) return findStep(STEP, command);
  throw new UsageError(`Name a step. Type for example: ${typed(command, { STEP: 5 }, env)}`);
}

/** WSL sets NAME to the machine's own: there only the one that make was given counts. */
function isTyped(name: string, { WSL_DISTRO_NAME, MAKEFLAGS = '' }: NodeJS.ProcessEnv): boolean {
  return name !== 'NAME' || !WSL_DISTRO_NAME || /(^| )NAME=/.test(MAKEFLAGS);
}
