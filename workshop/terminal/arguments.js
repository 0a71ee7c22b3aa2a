// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { parseArgs } from 'node:util';
import { commands, HELP } from '../commands.js';
import { optionOf, typed } from './typed.js';

/** @typedef {import('../commands.js').CommandName} CommandName */
/** @typedef {import('../commands.js').Variable} Variable */
/**
 * What a variable holds: '' or undefined where it is not given and nothing holds without it.
 * @template Of
 * @typedef {Of extends { takes: 'switch' } ? boolean
 *   : Of extends { takes: 'text' } ? string
 *   : Of extends { fallback: number } ? number
 *   : number | undefined} ValueOf
 */
/**
 * The variables of a command with their values.
 * @template {CommandName} Name
 * @typedef {{ [V in keyof import('../commands.js').VariablesOf<Name>]:
 *   ValueOf<import('../commands.js').VariablesOf<Name>[V]> }} Values
 */

/** Wrong usage of a command: exit code 2; the message is for a person and ends with what to type. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

const ON = ['1', 'yes', 'on', 'true'];
const OFF = ['', '0', 'no', 'off', 'false'];

/** Variables of the programs behind the commands, which may be told to make, too. */
const OTHERS = /^((NODE|NPM|DOCKER|COMPOSE|GRAFANA|GF)_\w+|(NO|FORCE)_COLOR|CI|SHELL|MAKE\w*)$/;

/**
 * Reads what a command is told: `make metrics NAME=requests WATCH=1` tells it in the environment,
 * `npm run metrics -- requests --watch` in the arguments, which win. `-- NAME=requests` does, too.
 * @template {CommandName} Name
 * @param {Name} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ values: Values<Name>, env: NodeJS.ProcessEnv, help: boolean, told: import('./typed.js').Options }}
 *   the values, of a command that takes labels those too, under their names as typed; the environment
 *   with all that was told in the arguments; whether only help is wanted; the values that its reader
 *   has typed, to type them again
 * @throws {UsageError} at a name that the command does not know, and at a value that is not allowed
 */
export function readArguments(command, args, env) {
  /** @type {Readonly<Record<string, Variable>>} */
  const variables = { ...commands[command].variables, HELP };
  const { passes, labels } = commands[command];
  const told = passes ? args.filter((arg) => arg === '--help') : args;
  const given = readWords(command, variables, told);
  for (const name of toldToMake(env)) {
    if (variables[name] || OTHERS.test(name)) continue;
    if (!labels) throw unknown(command, name, Object.keys(variables));
    given[name] ??= env[name] ?? '';
  }
  const all = { ...env, ...given };
  if (isFromElsewhere('NAME', env) && given.NAME === undefined) all.NAME = '';
  const help = readValue(command, 'HELP', HELP, all.HELP) === true;
  const declared = Object.entries(commands[command].variables).map(([name, variable]) => [
    name,
    help || readValue(command, name, variable, all[name]),
  ]);
  const asLabels = Object.entries(given).filter(([name]) => !variables[name]);
  const values = Object.fromEntries([...declared, ...asLabels]);
  const names = [...Object.keys(given), ...toldToMake(env)];
  return {
    values,
    env: all,
    help,
    told: Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))),
  };
}

/**
 * Reads the words after `npm run COMMAND --`.
 * @param {CommandName} command
 * @param {Readonly<Record<string, Variable>>} variables
 * @param {readonly string[]} args
 */
function readWords(command, variables, args) {
  const names = Object.keys(variables);
  const { labels } = commands[command];
  const byOption = new Map(names.map((name) => [optionOf(name, variables[name]), name]));
  for (const arg of labels ? args : []) {
    const [, option] = /^--([\w-]+)/.exec(arg) ?? [];
    if (option && !byOption.has(option)) byOption.set(option, option);
  }
  const options = [...byOption].map(([option, name]) => {
    const type = variables[name]?.takes === 'switch' ? 'boolean' : 'string';
    return [option, /** @type {const} */ ({ type, ...(name === 'HELP' ? { short: 'h' } : {}) })];
  });
  /** @type {Record<string, string>} */
  const given = {};
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option') {
      const name = byOption.get(token.name);
      if (!name) {
        throw unknown(
          command,
          token.rawName,
          [...byOption.keys()].map((option) => `--${option}`),
        );
      }
      const value = token.value ?? (variables[name]?.takes === 'switch' ? '1' : undefined);
      if (value === undefined) throw usage(command, `${token.rawName} lacks its value.`);
      given[name] = value;
    } else if (token.kind === 'positional') {
      const [, assigned, assignedValue = ''] = /^(\w+)=(.*)$/s.exec(token.value) ?? [];
      if (assigned && !variables[assigned] && !labels) throw unknown(command, assigned, names);
      const name = assigned ?? names.find((one) => variables[one]?.bare);
      if (!name || (!assigned && given[name] !== undefined)) {
        throw usage(command, `${JSON.stringify(token.value.slice(0, 40))} is too much.`);
      }
      given[name] = assigned ? assignedValue : token.value;
    }
  }
  return given;
}

/**
 * @param {CommandName} command
 * @param {string} name
 * @param {Variable} variable
 * @param {string} [text]  an empty one counts as unset
 */
function readValue(command, name, variable, text = '') {
  const refused = (/** @type {string} */ allowed) =>
    usage(
      command,
      `${name}=${JSON.stringify(text.slice(0, 40))} is not allowed: give ${allowed}.`,
      {
        [name]: variable.example,
      },
    );
  if (variable.takes === 'switch') {
    if (ON.includes(text.toLowerCase())) return true;
    if (OFF.includes(text.toLowerCase())) return false;
    throw refused('1 for on, or 0 for off');
  }
  if (text === '' && variable.required)
    throw usage(command, `${name} is missing: ${variable.does}.`);
  if (variable.takes === 'text') {
    if (!variable.choices || ['', ...variable.choices].includes(text)) return text;
    throw refused(`one of ${variable.choices.join(', ')}`);
  }
  if (text === '') return variable.fallback;
  const isPort = variable.takes === 'port';
  const { least = 1, most = 65535 } = variable;
  const form = isPort ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)$/;
  if (form.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw refused(`a ${isPort ? 'whole ' : ''}number from ${least} to ${most}`);
}

/**
 * The names of the variables on make's own command line, `make check STEP=5`: MAKEFLAGS has them
 * after its flags and `--`; make 3.81, if there are no flags, without `--`.
 * @param {NodeJS.ProcessEnv} env
 */
function toldToMake({ MAKELEVEL, MAKEFLAGS = '' }) {
  if (!MAKELEVEL) return [];
  // A space within a value has a backslash before it.
  /** @type {string[]} */
  const words = MAKEFLAGS.match(/(?:\\.|[^\s\\])+/gs) ?? [];
  return words
    .slice(words.indexOf('--') + 1)
    .flatMap((word) => /^(\w+)[:+?]*=/.exec(word)?.[1] ?? []);
}

/** WSL sets NAME to the machine's own: there only the one that make was told counts. */
function isFromElsewhere(/** @type {string} */ name, /** @type {NodeJS.ProcessEnv} */ env) {
  return env.WSL_DISTRO_NAME !== undefined && !toldToMake(env).includes(name);
}

/**
 * @param {CommandName} command
 * @param {string} name  as it was typed
 * @param {readonly string[]} known
 */
function unknown(command, name, known) {
  const near = nearest(name, known);
  const rest = known.filter((one) => !/^(--help|HELP)$/.test(one));
  const list = rest.length > 0 ? `It takes ${rest.join(', ')}.` : 'It takes nothing.';
  return usage(
    command,
    `There is no ${name.slice(0, 40)} in ${command}${near ? `: did you mean ${near}?` : '.'} ${list}`,
  );
}

/**
 * @param {CommandName} command
 * @param {string} message
 * @param {import('./typed.js').Options} options  what to show
 */
function usage(command, message, options = exampleOf(command)) {
  return new UsageError(`${message}\nType for example: ${typed(command, options)}`);
}

/** The first variable of a command with a value that it could have. */
export function exampleOf(/** @type {CommandName} */ command) {
  return Object.fromEntries(
    Object.entries(commands[command].variables)
      .slice(0, 1)
      .map(([name, { takes, example }]) => [name, takes === 'switch' || example]),
  );
}

/**
 * The name that was probably meant; undefined if none is near.
 * @param {string} name
 * @param {readonly string[]} known
 */
export function nearest(name, known) {
  const [best] = known
    .map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far);
  return best && best.far <= (name.length < 4 ? 1 : 2) ? best.one : undefined;
}

/** How many letters have to come, go or change to make one word of another (Levenshtein's distance). */
function distance(/** @type {string} */ one, /** @type {string} */ other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const above = row;
    row = [index + 1];
    for (let at = 0; at < other.length; at++) {
      const changed = /** @type {number} */ (above[at]) + Number(letter !== other[at]);
      row.push(
        Math.min(
          changed,
          /** @type {number} */ (above[at + 1]) + 1,
          /** @type {number} */ (row[at]) + 1,
        ),
      );
    }
  }
  return /** @type {number} */ (row.at(-1));
}
