import { headingOf, chapters } from '../../checks/chapters.ts';
import { troubles } from '../../checks/harness/trouble.ts';
import type { CheckResult, Failure, Report } from '../../checks/harness/types.ts';
import { retyped, typed } from './typed.js';
import type { Paint } from './colour.ts';

/** The most lines of a failure's details: the ones that matter come first. */
const MOST_LINES = 14;
/** The most errors of the type checker that are shown. */
const MOST_ERRORS = 5;

/**
 * A report for a person: the steps before as a line each, the checks of the step, and for a failure
 * what was done, expected and seen, with one hint and the next command.
 * @param errors what the type checker says
 */
export function describeReport(report: Report, errors: readonly string[], paint: Paint): string {
  const lines = [paint('bold', `Step ${headingOf(report.step)}`), ''];
  const taught = [...new Set(report.results.map(({ step }) => step))].toSorted((a, b) => a - b);
  for (const step of taught) {
    const results = report.results.filter((result) => result.step === step);
    const folded = step !== report.step && results.every(({ outcome }) => outcome === 'passed');
    const skipped = results.every(({ outcome }) => outcome === 'not reached');
    if (folded) lines.push(lineOf('passed', `${headingOf(step)}: still in order`, paint));
    else if (skipped && step !== report.step) {
      lines.push(lineOf('not reached', `${headingOf(step)}: not reached`, paint));
    } else {
      if (step !== report.step) lines.push(`  What step ${headingOf(step)} taught:`);
      lines.push(...results.map(({ outcome, name }) => lineOf(outcome, name, paint)));
    }
  }
  if (report.failure) {
    lines.push('', ...describeFailure(report, report.failure, errors, paint));
  } else {
    lines.push('', ...describeSuccess(report, paint));
  }
  return lines.join('\n');
}

function describeFailure(
  { step }: Report,
  failure: Failure,
  errors: readonly string[],
  paint: Paint,
): string[] {
  const { finding, hint, stderr } = failure;
  const lines = [paint(['red', 'bold'], `Not yet: ${failure.check}`)];
  if (failure.step < step && !(failure.hintId in troubles)) {
    lines.push(`  This is what step ${headingOf(failure.step)} taught: something has broken it.`);
  }
  lines.push(
    '',
    ...block('done', finding.did),
    ...block('expected', finding.expected),
    ...block('came back', finding.got),
  );
  if (stderr && !finding.got.includes(stderr)) lines.push(...block('it printed', stderr));
  lines.push('', ...block('hint', retyped(hint.first)).map((line) => paint('yellow', line)));
  if (errors.length > 0) {
    const more = errors.length - MOST_ERRORS;
    lines.push(
      '',
      '  The type checker says:',
      ...errors.slice(0, MOST_ERRORS).map((line) => `    ${line}`),
      ...(more > 0 ? [`    … and ${more} more`] : []),
    );
  }
  const again = typed('check', { STEP: step });
  lines.push('', `Mend it and type: ${again}    More help: ${typed('hint')}    ${failure.place}`);
  return lines;
}

function describeSuccess({ step, learned, ms }: Report, paint: Paint): string[] {
  const seconds = (ms / 1000).toFixed(1);
  const lines = [
    paint(['green', 'bold'], `Step ${headingOf(step)} passes (${seconds} s). ${learned}`),
  ];
  const next = chapters[step];
  lines.push(
    next
      ? `Next: ${headingOf(next.step)} in WORKSHOP.md; what it changes: ${typed('diff', { STEP: next.step })}`
      : 'That was the last step: your program does all that the workshop asks for. Next: Alerts in WORKSHOP.md',
  );
  return lines;
}

function lineOf(outcome: CheckResult['outcome'], text: string, paint: Paint): string {
  if (outcome === 'passed') return `  ${paint('green', 'ok')}    ${text}`;
  if (outcome === 'failed') return `  ${paint('red', 'FAIL')}  ${text}`;
  return paint('dim', `  -     ${text}${text.endsWith('not reached') ? '' : ' (not reached)'}`);
}

function block(label: string, text: string): string[] {
  const all = text.split('\n');
  const shown = all.slice(0, MOST_LINES);
  if (all.length > shown.length) shown.push('…');
  return shown.map((line, index) => `  ${(index === 0 ? label : '').padEnd(10)}  ${line}`);
}
