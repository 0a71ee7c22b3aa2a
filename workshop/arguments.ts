import { parseArgs } from 'node:util';
import { UsageError } from './programs.ts';

/** The options that stand for the program's settings, so that Windows needs no way to set variables. */
const SETTINGS = {
  port: 'PORT',
  'metrics-port': 'METRICS_PORT',
  host: 'HOST',
  'delay-ms': 'REGISTRY_DELAY_MS',
  'error-rate': 'REGISTRY_ERROR_RATE',
  seed: 'SEED',
} as const;

/**
 * Reads `[STEP] [--error-rate 1 …]`, as `make dev STEP=6 REGISTRY_ERROR_RATE=1` gives it in the
 * environment and `npm run dev -- 6 --error-rate 1` on the command line.
 * @throws {UsageError} at an argument that it does not know
 */
export function parseProgramArguments(
  args: string[],
  env: NodeJS.ProcessEnv,
): { step: string | undefined; env: NodeJS.ProcessEnv } {
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (positionals.length > 1) throw new Error('Only one step can run at a time.');
    const settings = names.flatMap((name) => {
      const value = values[name];
      return typeof value === 'string' ? [[SETTINGS[name], value]] : [];
    });
    return {
      step: positionals[0] ?? env.STEP,
      env: { ...env, ...Object.fromEntries(settings) },
    };
  } catch (error) {
    const known = names.map((name) => `--${name}`).join(', ');
    throw new UsageError(
      `${(error as Error).message}\nThe options are ${known}. Type for example: npm run dev -- 6 --error-rate 1`,
    );
  }
}
