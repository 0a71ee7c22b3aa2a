// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { commands, GROUPS, HELP } from '../commands.js';
import { exampleOf } from './arguments.js';
import { assignment, typed } from './typed.js';

/** @typedef {import('../commands.js').CommandName} CommandName */
/** @typedef {import('../commands.js').Variable} Variable */

/**
 * All commands, a line each, with what they are most often told.
 * @param {NodeJS.ProcessEnv} env  says whether make or npm is typed
 */
export function listCommands(env = process.env) {
  const rowOf = (/** @type {CommandName} */ name) => {
    const { does, variables } = commands[name];
    const usual = Object.entries(variables).filter(([, { rare }]) => !rare);
    const words = usual.map(([variable, how]) => assignment(variable, how, how.example, env));
    const way = env.MAKELEVEL ? '' : '-- ';
    return [name, `${does}${words.length > 0 ? ` (${way}${words.join(' ')})` : ''}`];
  };
  const names = Object.keys(commands);
  const parts = Object.entries(GROUPS).map(
    ([heading, group]) => `${heading}\n${table(group.map(rowOf), widest(names))}`,
  );
  const head = env.MAKELEVEL ? 'make COMMAND' : 'npm run COMMAND';
  const more = typed('load', { HELP: true }, env);
  return `${head}\n\n${parts.join('\n\n')}\n\nWhat a command can be told, for example: ${more}`;
}

/**
 * A command: what it does, and what it can be told.
 * @param {CommandName} name
 * @param {NodeJS.ProcessEnv} env  says whether make or npm is typed
 */
export function describeCommand(name, env = process.env) {
  const { does, passes, variables } = commands[name];
  const rows = Object.entries({ ...variables, HELP }).map(([variable, how]) => [
    assignment(variable, how, how.example, env),
    `${how.does}${limits(how)}`,
  ]);
  const more = passes ? `\n\nWords after npm run ${name} -- go to ${passes}.` : '';
  const example = typed(name, exampleOf(name), env);
  return `${typed(name, {}, env)}: ${does}\n\n${table(rows)}${more}\n\nType for example: ${example}`;
}

/** What a variable may hold, and what holds without it. */
function limits(
  /** @type {Variable} */ { takes, choices, least, most, required, unset, fallback },
) {
  const range = takes === 'number' ? [`${least} to ${most}`] : choices ? [choices.join(', ')] : [];
  const without = unset ?? (fallback === undefined ? undefined : `${fallback}`);
  const words = [...range, ...(required || !without ? [] : [`without it: ${without}`])];
  return words.length > 0 ? ` (${words.join('; ')})` : '';
}

const widest = (/** @type {string[]} */ words) => Math.max(...words.map(({ length }) => length));

function table(/** @type {string[][]} */ rows, width = widest(rows.map(([first = '']) => first))) {
  return rows.map(([first = '', second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
