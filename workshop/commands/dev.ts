import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../terminal/arguments.js';
import { editedSteps } from '../learner/edited-steps.ts';
import { findProgram, ROOT } from '../programs.ts';
import { supervise } from '../program/supervise.ts';
import { programPorts, takenPorts, whoHasOther } from '../stack/ports.ts';
import { writeProgramEvents } from '../terminal/program-events.ts';
import { watch } from '../program/watch.ts';

/** Runs a program and restarts it whenever one of its files is saved, until Ctrl-C. */
export async function run({ STEP }: Values<'dev'>, env: NodeJS.ProcessEnv): Promise<number> {
  const { folder, entry } = findProgram(STEP);
  if (!existsSync(join(ROOT, entry))) {
    console.error(`${entry} is missing. Get it back with: git restore ${folder}`);
    return 1;
  }
  // The program itself says so where its own address is taken.
  const other = (port: number) => whoHasOther(port, env.HOST || '127.0.0.1');
  const taken = await takenPorts(programPorts(entry, env), 'dev', { STEP }, other);
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  console.log(`Running ${entry}. Save a file to restart it; Ctrl-C stops it.`);
  const onEvent = writeProgramEvents(entry);
  const ended = supervise({ entry, watched: [folder, 'forest'], env, onEvent });
  if (!STEP) {
    tellOfEditedSteps();
    watch(['steps'], tellOfEditedSteps, 2000);
  }
  return ended;
}

function tellOfEditedSteps(): void {
  void editedSteps(ROOT).then((line) => line && console.error(`\n${line}\n`));
}
