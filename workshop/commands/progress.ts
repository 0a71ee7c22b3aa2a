import { chapters, headingOf } from '../../checks/chapters.ts';
import { passedSteps } from '../../checks/run.ts';
import { typed } from '../terminal/typed.js';
import { paintFor } from '../terminal/colour.ts';
import { findProgram, UsageError } from '../programs.ts';

/** Shows which steps the learner's program passes now, by running it once. */
export async function run(args: string[]): Promise<number> {
  if (args.length > 0) {
    throw new UsageError(
      `progress looks at app/ and takes no more words. Type: ${typed('progress')}`,
    );
  }
  // What was started ends with this process, also on Ctrl-C.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const { entry } = findProgram(undefined);
  const passed = await passedSteps({ entry });
  const paint = paintFor(process.stdout);
  console.log(`What ${entry} does now:\n`);
  for (const { step } of chapters) {
    console.log(
      passed.includes(step)
        ? `  ${paint('green', 'ok')}  ${headingOf(step)}`
        : paint('dim', `  -   ${headingOf(step)}`),
    );
  }
  const next = chapters.find(({ step }) => !passed.includes(step));
  console.log(
    next
      ? `\n${passed.length} of ${chapters.length}. Next: ${typed('check', { STEP: next.step })}`
      : `\nAll ${chapters.length}: your program does all that the workshop asks for.`,
  );
  return 0;
}
