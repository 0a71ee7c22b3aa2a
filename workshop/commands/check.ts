import type { Values } from '../terminal/arguments.js';
import { paintFor } from '../terminal/colour.ts';
import { editedSteps } from '../learner/edited-steps.ts';
import { newsOf, tellBoard } from '../learner/joined.ts';
import { judge, remember } from '../learner/judged.ts';
import { findProgram, findStep, ROOT } from '../programs.ts';
import { describeReport, notRemembered } from '../terminal/report.ts';
import { watch } from '../program/watch.ts';

/**
 * Checks the learner's program and says what to do next. Exit code 0 if it passes, else 1.
 * STEP: the step to check for; without it, the first that has not been passed. WATCH: again after
 * each save, until Ctrl-C; it looks at the files itself, so that it needs no file events.
 */
export async function run({ STEP, WATCH }: Values<'check'>): Promise<number> {
  const step = STEP ? findStep(STEP, 'check') : undefined;
  const code = await check(step);
  if (!WATCH) return code;
  const { folder } = findProgram(undefined);
  console.log('\nWaiting for you to save a file. Ctrl-C stops it.');
  let busy = Promise.resolve();
  watch([folder, 'forest'], () => {
    busy = busy.then(async () => {
      console.log(process.stdout.isTTY ? '\x1b[2J\x1b[H' : '\n');
      await check(step);
      console.log('\nWaiting for you to save a file. Ctrl-C stops it.');
    });
  });
  return new Promise(() => {});
}

async function check(step: string | undefined): Promise<number> {
  const edited = editedSteps(ROOT);
  const { report, errors } = await judge(step);
  console.log(describeReport(report, errors, paintFor(process.stdout)));
  // After the report: whatever becomes of the file, the learner has read it.
  if (!remember(report)) console.error(`\n${notRemembered(report)}`);
  // While the rest is looked at: a board that is away costs nothing but this.
  const told = tellBoard(ROOT, newsOf(report, ROOT));
  const note = await edited;
  if (note) console.error(`\n${note}`);
  await told;
  return report.passed ? 0 : 1;
}
