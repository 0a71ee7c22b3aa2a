import { listCommands } from '../terminal/help.js';

/** Lists the commands. */
export function run() {
  console.log(listCommands());
  return 0;
}
