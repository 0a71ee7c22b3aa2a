// Plain JavaScript: it is read before the packages are there that run TypeScript.
import { commands, HELP } from '../commands.js';

/** @typedef {import('../commands.js').CommandName} CommandName */
/** @typedef {import('../commands.js').Variable} Variable */
/** @typedef {string | number | boolean | undefined} Value */
/** @typedef {Partial<Record<import('../commands.js').VariableName | 'HELP', Value>>} Options */

/**
 * A command as its reader types it: `make native STEP=5 PORT_9090=19090` under make, and
 * `npm run native -- 5 --port-9090 19090` without.
 * @param {CommandName} command
 * @param {Options} options by the names of its variables; true switches one on, and those that are
 *   empty, false or undefined are left out
 * @param {NodeJS.ProcessEnv} env says which of the two it is
 */
export function typed(command, options = {}, env = process.env) {
  /** @type {Readonly<Record<string, Variable>>} */
  const variables = { ...commands[command].variables, HELP };
  const words = Object.entries(options)
    .filter(([, value]) => value !== '' && value !== false && value !== undefined)
    .map(([name, value]) => assignment(name, variables[name], value, env));
  if (env.MAKELEVEL) return ['make', command, ...words].join(' ');
  return ['npm run', command, ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

/**
 * A variable with its value as its reader types it: `RPS=5`, or `--rps 5`.
 * @param {string} name
 * @param {Variable | undefined} variable
 * @param {Value} value
 * @param {NodeJS.ProcessEnv} env says which of the two it is
 */
export function assignment(name, variable, value, env = process.env) {
  if (env.MAKELEVEL) return `${name}=${quoted(value === true ? 1 : value)}`;
  if (variable?.bare) return quoted(value);
  const option = `--${optionOf(name, variable)}`;
  return variable?.takes === 'switch' || value === true ? option : `${option} ${quoted(value)}`;
}

/**
 * A text that names commands as make takes them, in backticks, as its reader types them.
 * @param {string} text
 * @param {NodeJS.ProcessEnv} env
 */
export function retyped(text, env = process.env) {
  return text.replaceAll(
    /`make (\w+)((?: [A-Z_0-9]+=(?:"[^"`]*"|[^\s`"]+))*)`/g,
    (whole, name, assignments) => {
      if (!Object.hasOwn(commands, name)) return whole;
      const options = [...assignments.matchAll(/ (\w+)=(?:"([^"]*)"|(\S+))/g)].map(
        ([, variable, text, word]) => [variable, text ?? word],
      );
      return `\`${typed(name, Object.fromEntries(options), env)}\``;
    },
  );
}

/**
 * The npm option of a variable: `delay-ms` for REGISTRY_DELAY_MS.
 * @param {string} name
 * @param {Variable | undefined} variable
 */
export function optionOf(name, variable) {
  return variable?.option ?? name.toLowerCase().replaceAll('_', '-');
}

/** A value as a shell takes it for one word: sh, and PowerShell. */
function quoted(/** @type {Value} */ value) {
  return /^[\w.,:/@%+=-]+$/.test(`${value}`) ? `${value}` : `"${value}"`;
}
