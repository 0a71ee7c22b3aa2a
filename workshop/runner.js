// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { commands } from './commands.js';
import { install } from './install.js';

/**
 * Installs what a command needs, then runs it with the arguments that follow its name.
 * @param {string[]} argv
 */
export async function runCommand([name = 'help', ...args]) {
  if (!Object.hasOwn(commands, name)) {
    const names = Object.keys(commands).join(', ');
    console.error(`There is no command ${JSON.stringify(name)}: type one of ${names}.`);
    process.exit(2);
  }
  const known = /** @type {import('./commands.js').CommandName} */ (name);
  const command = commands[known];
  if (command.packages !== 'none') {
    install({ all: command.packages === 'all', command: known });
    if (command.prepares) (await import(`./commands/${name}-early.js`)).prepare(args);
    // Newer Node reads TypeScript by itself; tsx teaches it to the others.
    if (!process.features.typescript) (await import('tsx/esm/api')).register();
  }
  const { run } = await import(`./commands/${name}.${command.packages === 'none' ? 'js' : 'ts'}`);
  try {
    process.exit(await run(args));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UsageError') throw error;
    console.error(error.message);
    process.exit(2);
  }
}
