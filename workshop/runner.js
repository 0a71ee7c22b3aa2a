// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { commands } from './commands.js';
import { install } from './install.js';
import { nearest, readArguments, UsageError } from './terminal/arguments.js';
import { describeCommand } from './terminal/help.js';
import { typed } from './terminal/typed.js';

/** @typedef {import('./commands.js').CommandName} CommandName */

/**
 * Reads what a command is told, installs what it needs and runs it; ends the process with its code.
 * @param {string[]} argv  the name of the command, and what follows it
 */
export async function runCommand(argv) {
  obeyParent();
  // Who reads it has gone, as in `make diff STEP=5 | head`: there is nobody left to tell.
  process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
    if (!['EPIPE', 'EOF'].includes(error.code ?? '')) throw error;
    process.exit();
  });
  let code;
  try {
    code = await run(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    code = 2;
  }
  // A pipe takes 64 KiB at once, and process.exit throws away what is left.
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write('', resolve));
  }
  process.exit(code);
}

/**
 * Another command that has started this one ends it by a message, since Windows has no signals, and
 * by ending itself.
 */
function obeyParent() {
  if (!process.send) return;
  const end = () => void (process.emit('SIGTERM', 'SIGTERM') || process.exit(143));
  process.on('message', (message) => message === 'stop' && end());
  process.on('disconnect', end);
}

/** @param {string[]} argv */
async function run([name = 'help', ...args]) {
  if (!isCommand(name)) {
    const names = Object.keys(commands);
    const near = nearest(name, names);
    throw new UsageError(
      `There is no command ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : '.'} Type one of ${names.join(', ')}.`,
    );
  }
  const { values, env, help, told } = readArguments(name, args, process.env);
  if (help) {
    console.log(describeCommand(name));
    return 0;
  }
  const { packages, prepares } = commands[name];
  if (packages !== 'none') {
    install({ all: packages === 'all', again: typed(name, told) });
    if (prepares) (await import(`./commands/${name}-early.js`)).prepare(values);
    // Newer Node reads TypeScript by itself; tsx teaches it to the others.
    if (!('typescript' in process.features && process.features.typescript)) {
      (await import('tsx/esm/api')).register();
    }
  }
  const command = await import(`./commands/${name}.${packages === 'none' ? 'js' : 'ts'}`);
  return command.run(values, env, args);
}

/**
 * @param {string} name
 * @returns {name is CommandName}
 */
function isCommand(name) {
  return Object.hasOwn(commands, name);
}
