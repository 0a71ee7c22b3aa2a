// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { install } from './install.js';

/** Every command, in the order in which a learner meets them. */
export const commands = [
  { name: 'dev', does: 'run your program in app/ and restart it on save (STEP=6: run that step)' },
  {
    name: 'check',
    does: 'check your program and say what to do next (STEP=5, WATCH=1)',
    prepares: true,
  },
  { name: 'hint', does: 'say more about the check that failed last' },
  { name: 'progress', does: 'show which steps your program passes' },
  { name: 'metrics', does: "show the running program's own metrics (NAME=requests, WATCH=1)" },
  { name: 'diff', does: 'show what a chapter changes (STEP=5)' },
  { name: 'take', does: 'bring the files into app/ that a chapter does not let you type (STEP=9)' },
  { name: 'begin', does: 'put the state before a chapter into app/, and save yours (STEP=5)' },
  { name: 'solve', does: 'put the end of a chapter into app/, and save yours (STEP=5)' },
  { name: 'restore', does: 'list the saved copies of app/, or bring one back (NAME=1)' },
  {
    name: 'up',
    does: 'start the stack in Docker: your program, Prometheus, Grafana (STEP=6: that step)',
  },
  { name: 'down', does: 'stop the stack in Docker (VOLUMES=1: and drop what it has stored)' },
  { name: 'native', does: 'the same stack without Docker, until Ctrl-C (STEP=6: that step)' },
  { name: 'reload', does: 'have Prometheus read prometheus.yaml and alerts.yaml now' },
  { name: 'load', does: 'send traffic to the program (SECONDS=60 RPS=5)' },
  { name: 'doctor', does: 'see whether this laptop is ready for class' },
  { name: 'prefetch', does: 'download all that the class needs while there is a network' },
  { name: 'test', does: "run the workshop's own tests", packages: 'all' },
  {
    name: 'e2e',
    does: 'run it against a real Prometheus, and what else is here (tells what it skips)',
    packages: 'all',
  },
  { name: 'bench', does: 'measure what metrics cost (two minutes)', packages: 'all' },
  { name: 'help', does: 'list the commands', packages: 'none' },
];

/**
 * Installs what a command needs, then runs it with the arguments that follow its name.
 * @param {string[]} argv
 */
export async function runCommand([name = 'help', ...args]) {
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const names = commands.map((candidate) => candidate.name).join(', ');
    console.error(`There is no command ${JSON.stringify(name)}: type one of ${names}.`);
    process.exit(2);
  }
  if (command.packages !== 'none') {
    install({ all: command.packages === 'all', command: name });
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
