// Plain JavaScript: it is read before the packages are there that run TypeScript.
import { commands } from '../commands.js';

/** @typedef {import('../commands.js').CommandName} CommandName */
/** @typedef {Partial<Record<import('../commands.js').VariableName, string | number | boolean | undefined>>} Options */

/**
 * A command as its reader types it: `make native STEP=5 PORT_9090=19090` under make, and
 * `npm run native -- 5 --port-9090 19090` without.
 * @param {CommandName} command
 * @param {Options} options by the names of its
 *   variables; true switches one on, and those that are empty, false or undefined are left out
 * @param {NodeJS.ProcessEnv} env says which of the two it is
 */
export function typed(command, options = {}, env = process.env) {
  const given = Object.entries(options).filter(
    ([, value]) => !['', false, undefined].includes(value),
  );
  if (env.MAKELEVEL) {
    const words = given.map(([name, value]) => `${name}=${quoted(value === true ? 1 : value)}`);
    return ['make', command, ...words].join(' ');
  }
  const words = given.map(([name, value]) => {
    const variable = commands[command].variables[name];
    if (variable?.bare) return quoted(value);
    const option = `--${optionOf(name, variable)}`;
    return value === true ? option : `${option} ${quoted(value)}`;
  });
  return ['npm run', command, ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

/**
 * A text that names commands as make takes them, in backticks, as its reader types them.
 * @param {string} text
 * @param {NodeJS.ProcessEnv} env
 */
export function retyped(text, env = process.env) {
  return text.replaceAll(/`make (\w+)((?: [A-Z_0-9]+=[^\s`]+)*)`/g, (whole, name, assignments) => {
    if (!(name in commands)) return whole;
    const options = [...assignments.matchAll(/(\w+)=(\S+)/g)].map(([, variable, value]) => [
      variable,
      commands[/** @type {CommandName} */ (name)].variables[variable]?.takes === 'switch' || value,
    ]);
    return `\`${typed(name, Object.fromEntries(options), env)}\``;
  });
}

/**
 * The npm option of a variable: `delay-ms` for REGISTRY_DELAY_MS.
 * @param {string} name
 * @param {import('../commands.js').Variable | undefined} variable
 */
export function optionOf(name, variable) {
  return variable?.option ?? name.toLowerCase().replaceAll('_', '-');
}

/** A value as a shell takes it for one word: sh, and PowerShell. */
function quoted(/** @type {string | number | boolean} */ value) {
  return /^[\w.,:/@%+=-]+$/.test(`${value}`) ? `${value}` : `"${value}"`;
}
