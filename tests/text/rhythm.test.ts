import { describe, expect, test } from 'vitest';
import { blocksIn, readDocument, stepOf } from './document.ts';

const { chapters } = readDocument('WORKSHOP.md');
const steps = chapters.filter((chapter) => stepOf(chapter));

/** The `###` headings of a chapter that all have, in this order. */
const RHYTHM = ['The question', 'The idea', 'Do it', 'Try it', 'Check', 'Questions', 'Further'];
/** Those that come between, as soon as there is a Prometheus. */
const WITH_PROMETHEUS = RHYTHM.toSpliced(4, 0, 'Ask Prometheus', 'Look in Grafana');
/** What some chapters have besides, for everybody: also for those who have no Grafana. */
const BESIDES = /^The \w+ alert$|^Back to the usual delay$|^Your own service$/;

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

    const folded = text.match(/^<details><summary>.+<\/summary>$/gm) ?? [];
    expect(folded.length).toBeGreaterThanOrEqual(2);
    const further = text.slice(text.indexOf('### Further')).match(/^- /gm) ?? [];
    expect([1, 2]).toContain(further.length);
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
