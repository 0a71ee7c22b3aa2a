import { steps } from '../../checks/index.ts';
import { passedSteps } from '../../checks/run.ts';
import { typed } from '../terminal/typed.js';
import { paintFor } from '../terminal/colour.ts';
import { findProgram, numberOf } from '../programs.ts';

/** Shows which steps the learner's program passes now, by running it once. */
export async function run(): Promise<number> {
  // What was started ends with this process, also on Ctrl-C.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const { entry } = findProgram(undefined);
  const passed = await passedSteps({ entry });
  const paint = paintFor(process.stdout);
  console.log(`What ${entry} does now:\n`);
  const chapters = steps.map(({ chapter }) => chapter);
  const passes = ({ step }: (typeof chapters)[number]) => passed.includes(step!);
  for (const chapter of chapters) {
    console.log(
      passes(chapter)
        ? `  ${paint('green', 'ok')}  ${chapter.heading}`
        : paint('dim', `  -   ${chapter.heading}`),
    );
  }
  const next = chapters.find((chapter) => !passes(chapter));
  console.log(
    next
      ? `\n${passed.length} of ${chapters.length}. Next: ${typed('check', { STEP: numberOf(next.name) })}`
      : `\nAll ${chapters.length}: your program does all that the workshop asks for.`,
  );
  return 0;
}
