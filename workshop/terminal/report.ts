import { troubles } from '../../checks/harness/trouble.ts';
import type { Chapter, CheckResult, Failure, Report } from '../../checks/harness/types.ts';
import { numberOf } from '../programs.ts';
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
  return `${describeResults(report, paint)}\n\n${describeOutcome(report, errors, paint)}`;
}

/** The first part of a report: what became of each check. */
export function describeResults(report: Report, paint: Paint): string {
  const lines = [paint('bold', nameOf(report.chapter)), ''];
  const taught = new Map(report.results.map(({ chapter }) => [chapter.name, chapter]));
  for (const [name, chapter] of [...taught].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const results = report.results.filter((result) => result.chapter.name === name);
    const earlier = name !== report.chapter.name;
    const folded = earlier && results.every(({ outcome }) => outcome === 'passed');
    const skipped = earlier && results.every(({ outcome }) => outcome === 'not reached');
    if (folded) lines.push(lineOf('passed', `${chapter.heading}: still in order`, paint));
    else if (skipped) lines.push(lineOf('not reached', `${chapter.heading}: not reached`, paint));
    else {
      if (earlier) lines.push(`  What ${aboutOf(chapter)} taught:`);
      lines.push(...results.map(({ outcome, name }) => lineOf(outcome, name, paint)));
    }
  }
  return lines.join('\n');
}

/** The second part of a report: what is wrong and what to do, or what was learned and what is next. */
export function describeOutcome(report: Report, errors: readonly string[], paint: Paint): string {
  const { failure } = report;
  const lines = failure
    ? describeFailure(report, failure, errors, paint)
    : describeSuccess(report, paint);
  return lines.join('\n');
}

function describeFailure(
  { chapter }: Report,
  failure: Failure,
  errors: readonly string[],
  paint: Paint,
): string[] {
  const { finding, hint, stderr } = failure;
  const lines = [paint(['red', 'bold'], `Not yet: ${failure.check}`)];
  if (failure.chapter.name !== chapter.name && !(failure.hintId in troubles)) {
    lines.push(`  This is what ${aboutOf(failure.chapter)} taught: something has broken it.`);
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
  const again = typed('check', { STEP: numberOf(chapter.name) });
  const { place } = failure.chapter;
  lines.push('', `Fix it and type: ${again}    More help: ${typed('hint')}    ${place}`);
  return lines;
}

function describeSuccess({ chapter, next, learned, ms }: Report, paint: Paint): string[] {
  const seconds = (ms / 1000).toFixed(1);
  const lines = [paint(['green', 'bold'], `${nameOf(chapter)} passes (${seconds} s). ${learned}`)];
  if (chapter.step === undefined) return [...lines, `Next: go on reading at ${chapter.place}`];
  const { followedBy } = chapter;
  if (!next)
    lines.push('That was the last step: your program does all that the workshop asks for.');
  const changes = next && `what it changes: ${typed('diff', { STEP: numberOf(next.name) })}`;
  if (followedBy) lines.push(`Next: ${followedBy} in WORKSHOP.md`);
  if (next && followedBy) lines.push(`After it: ${next.heading}; ${changes}`);
  else if (next) lines.push(`Next: ${next.heading} in WORKSHOP.md; ${changes}`);
  return lines;
}

/** What to say where a report could not be remembered. */
export function notRemembered({ chapter }: Report): string {
  return `This could not be remembered, so ${typed('hint')} knows nothing of it: another program may hold .workshop/check.json. To try again, type: ${typed('check', { STEP: numberOf(chapter.name) })}`;
}

/** What a lesson is called at the head of a text: `Step 05 Gauges`. */
export function nameOf(chapter: Chapter): string {
  return chapter.step === undefined ? chapter.heading : `Step ${chapter.heading}`;
}

function aboutOf(chapter: Chapter): string {
  return chapter.step === undefined ? chapter.heading : `step ${chapter.heading}`;
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
