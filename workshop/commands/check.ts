import { typeErrors } from '../../checks/harness/compile.ts';
import { checkNext, checkStep } from '../../checks/run.ts';
import { steps } from '../../checks/index.ts';
import type { Report } from '../../checks/harness/types.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';
import { paintFor } from '../terminal/colour.ts';
import { editedSteps } from '../learner/edited-steps.ts';
import { findJob, findProgram, findStep, isJob, numberOf, ROOT } from '../programs.ts';
import { describeReport } from '../terminal/report.ts';
import { readState, writeState } from '../learner/state.ts';
import { watch } from '../program/watch.ts';
import { findPromtool } from '../stack/promtool.ts';

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
  const { entry } = step && isJob(step) ? findJob(undefined) : findProgram(undefined);
  const edited = editedSteps(ROOT);
  const promtool = () => findPromtool(process.env).found;
  const report = step
    ? await checkStep(step, { entry, promtool })
    : await checkFirstUnpassed(entry);
  const errors = report.failure ? await typeErrors(entry) : [];
  console.log(describeReport(report, errors, paintFor(process.stdout)));
  // After the report: whatever becomes of the file, the learner has read it.
  if (!remember(report)) {
    console.error(
      `\nThis could not be remembered, so ${typed('hint')} knows nothing of it: another program may hold .workshop/check.json. To try again, type: ${typed('check', { STEP: numberOf(report.chapter.name) })}`,
    );
  }
  const note = await edited;
  if (note) console.error(`\n${note}`);
  return report.passed ? 0 : 1;
}

/** The report of the step that was passed just now; if there is none, of the first unpassed one. */
async function checkFirstUnpassed(entry: string): Promise<Report> {
  const { passed, report } = await checkNext({ entry });
  const last = passed.at(-1) ?? 0;
  if (report.passed || last <= readState().passed) return report;
  const { chapter, learned } = steps[last - 1]!;
  return {
    chapter,
    next: report.chapter,
    passed: true,
    results: report.results.filter((result) => result.chapter.step! <= last),
    failure: undefined,
    learned,
    ms: report.ms,
  };
}

function remember({ chapter, passed, failure }: Report): boolean {
  const before = readState().passed;
  const step = numberOf(chapter.name);
  // An exercise tells nothing about the steps.
  if (chapter.step === undefined) return writeState({ passed: before, step, failure });
  if (passed) return writeState({ passed: Math.max(before, chapter.step), step });
  const broken = failure?.chapter.step ?? chapter.step;
  return writeState({ passed: Math.min(before, broken - 1), step, failure });
}
