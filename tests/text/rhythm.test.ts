import { describe, expect, test } from 'vitest';
import { blocksIn, readDocument, stepOf } from './document.ts';

const { chapters } = readDocument('WORKSHOP.md');
const steps = chapters.filter((chapter) => stepOf(chapter));

/** The `###` headings of a chapter that all have, in this order. */
const RHYTHM = [
  'The question',
  'The idea',
  'Do it',
  'Try it',
  'Check',
  'Questions',
  'Your own service',
  'Further',
];
/** Those that come between, as soon as there is a Prometheus. */
const WITH_PROMETHEUS = RHYTHM.toSpliced(4, 0, 'Ask Prometheus', 'Look in Grafana');
/** What some chapters have besides, for everybody: also for those who have no Grafana. */
const BESIDES = /^The \w+ alert$|^Back to the usual delay$/;

/** Chapters without a step that have a class's hour behind them, too. */
const ASKED_TOO: readonly string[] = [
  'Prometheus and Grafana',
  'Your own metrics',
  'Alerts',
  'Incident',
];

/** What stands below a `###` heading; empty if it is missing. */
function section(text: string, title: string): string {
  const [, found = ''] = text.split(`### ${title}\n`);
  return found.split(/^### /m)[0]!;
}

describe('each chapter has the same rhythm', () => {
  test.each(steps)('$title', (chapter) => {
    const { text } = chapter;
    const number = Number(stepOf(chapter));
    const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, title]) => title!);
    expect(headings.filter((title) => !BESIDES.test(title))).toEqual(
      number < 4 ? RHYTHM : WITH_PROMETHEUS,
    );

    const commands = blocksIn(chapter, 'sh').flatMap(({ lines }) => lines);
    expect(commands).toContain(`make check STEP=${number}`);

    const questions = section(text, 'Questions').match(/^<details><summary>.+<\/summary>$/gm) ?? [];
    expect([1, 2, 3]).toContain(questions.length);
    const further = section(text, 'Further').split(/^- /m).slice(1);
    expect([1, 2]).toContain(further.length);
    // A task without its answer is read by nobody twice.
    for (const task of further) {
      expect(task).toMatch(/^ {2}<details><summary>Answer<\/summary>$/m);
    }
  });
});

describe('each chapter opens with a question on an earlier one, and ends with the own service', () => {
  const titles = chapters.map(({ title }) => title);
  const later = [...steps.slice(1), ...chapters.filter(({ title }) => ASKED_TOO.includes(title))];

  test.each(later)('$title', ({ title, text }) => {
    const [, number, name] =
      /^_\d+ minutes_\n\n<details><summary>From (?:chapter (\d\d)|<em>(.+?)<\/em>): .+\?<\/summary>$/m.exec(
        text,
      ) ?? [];
    const from = titles.findIndex((other) =>
      name ? other === name : other.startsWith(`${number} `),
    );
    const here = titles.indexOf(title);
    expect(from).toBeGreaterThanOrEqual(titles.indexOf('01 Bare handler'));
    // What was read ten minutes ago is still there: only chapter 02 has nothing older.
    expect(from).toBeLessThan(title.startsWith('02') ? here : here - 1);
    expect(section(text, 'Your own service')).toMatch(/\S/);
  });
});

test('what is folded can be unfolded', () => {
  for (const { title, text } of chapters) {
    const opened = text.match(/<details>/g)?.length ?? 0;
    expect(text.match(/<\/details>/g)?.length ?? 0, title).toBe(opened);
    // GitHub reads Markdown in there only after a blank line.
    expect(text, title).not.toMatch(/<\/summary>\n\S/);
    expect(text, title).not.toMatch(/\S\n *<\/details>/);
  }
});
