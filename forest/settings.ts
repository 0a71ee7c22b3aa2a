import { exitWith } from './exit.ts';

/** The settings of the program, named like the environment variables that they come from. */
export interface Settings {
  /** The address to listen on. */
  readonly HOST: string;
  /** The longest that the tree registry takes to answer, in milliseconds. */
  readonly REGISTRY_DELAY_MS: number;
  /** The share of questions that the tree registry fails to answer, from 0 to 1. */
  readonly REGISTRY_ERROR_RATE: number;
  /** How long a reservation stays open, in milliseconds; only the lesson own has any. */
  readonly RESERVATION_MS: number;
  /** Makes delays, failures and donations the same every time. */
  readonly SEED: number | undefined;
}

/** A setting whose value is not allowed; the message is one line for a person. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^\d+$/;

/**
 * Reads the settings from the environment. `ports` names the variables that hold a port, each with
 * its default. A bad value ends the program: exit code 2 and one line on standard error.
 */
export function readSettings<Port extends string>(
  ports: Record<Port, number>,
): Settings & Record<Port, number> {
  try {
    return parseSettings(ports, process.env);
  } catch (error) {
    if (error instanceof SettingError) exitWith(2, error.message);
    throw error;
  }
}

/**
 * Reads the settings from `env`; an empty variable counts as unset.
 * @throws {SettingError} at the first value that is not allowed
 */
export function parseSettings<Port extends string>(
  ports: Record<Port, number>,
  env: NodeJS.ProcessEnv,
): Settings & Record<Port, number> {
  const settings: Settings = {
    HOST: env.HOST || '127.0.0.1',
    REGISTRY_DELAY_MS: number(env, 'REGISTRY_DELAY_MS', 1000, 'a number of milliseconds', 0, 4000),
    REGISTRY_ERROR_RATE: number(env, 'REGISTRY_ERROR_RATE', 0.15, 'a number', 0, 1),
    RESERVATION_MS: number(
      env,
      'RESERVATION_MS',
      20_000,
      'a number of milliseconds',
      100,
      3_600_000,
    ),
    SEED: env.SEED ? number(env, 'SEED', 0, 'a number') : undefined,
  };
  const taken = new Map<number, string>();
  const values = Object.entries<number>(ports).map(([name, fallback]) => {
    const port = number(env, name, fallback, 'a whole number', 0, 65535, WHOLE);
    const other = taken.get(port);
    if (other && port !== 0) {
      refuse(
        name,
        `${port}`,
        `another port than ${other}, for example ${name}=${(port % 65535) + 1}`,
      );
    }
    taken.set(port, name);
    return [name, port];
  });
  return { ...settings, ...(Object.fromEntries(values) as Record<Port, number>) };
}

function number(
  env: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  what: string,
  least = -Number.MAX_VALUE,
  most = Number.MAX_VALUE,
  form = DECIMAL,
): number {
  const text = env[name] || `${fallback}`;
  const value = Number(text);
  if (form.test(text) && value >= least && value <= most) return value;
  const range = most === Number.MAX_VALUE ? '' : ` from ${least} to ${most}`;
  return refuse(name, text, `${what}${range}, for example ${name}=${fallback}`);
}

function refuse(name: string, value: string, allowed: string): never {
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  throw new SettingError(`${name}=${JSON.stringify(shown)} is not allowed: give ${allowed}.`);
}
