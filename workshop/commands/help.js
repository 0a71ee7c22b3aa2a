import { commands } from '../commands.js';

/** Lists the commands. */
export function run() {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  console.log('make COMMAND, or without make: npm run COMMAND\n');
  for (const [name, { does }] of Object.entries(commands)) {
    console.log(`  ${name.padEnd(width)}  ${does}`);
  }
  return 0;
}
