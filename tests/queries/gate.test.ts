import { describe, expect, test } from 'vitest';
import { ASKS, CHAPTERS } from '../../checks/queries/index.ts';
import { structureOf } from '../../checks/queries/grammar.ts';
import { judgeAll } from '../../checks/queries/judge.ts';
import { MOMENTS } from '../../checks/queries/question.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { blocksIn, readDocument } from '../text/document.ts';
import { answers } from './answers/index.ts';

const chapters = ['WORKSHOP.md', 'PRODUCTION.md'].flatMap((path) => readDocument(path).chapters);
const ofTheText = chapters
  .flatMap((chapter) => blocksIn(chapter, 'promql'))
  .map(({ lines }) => lines.join('\n'));
const metricsOf = (query: string) => structureOf(query).selectors.map(({ name }) => name);
const plain = (query: string) => query.replace(/\s+/g, '');

describe('every question is complete', () => {
  test('it has an id of its own, which its chapter shows, and answers to try', () => {
    const ids = ASKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(answers).toSorted()).toEqual(ids.toSorted());
    for (const { id, heading } of ASKS) {
      const beginning = /^\d\d/.exec(heading)?.[0] ?? heading[0]!;
      const [, number] = /^(\d\d|[A-Z])[a-z0-9]?$/.exec(id) ?? [];
      expect(number, id).toBe(beginning);
    }
  });

  test('its chapter of the text names it: a command in class, in words as homework', () => {
    for (const { heading, questions } of CHAPTERS) {
      const chapter = chapters.find(({ title }) => title === heading);
      expect(chapter, heading).toBeDefined();
      const commands = blocksIn(chapter!, 'sh').flatMap(({ lines }) => lines);
      for (const { id, where } of questions) {
        if (where === 'class') expect(commands).toContain(`make ask N=${id}`);
        else expect(chapter!.text).toMatch(new RegExp(`[=\`]${id}\``));
      }
    }
  });

  test.each(ASKS)('$id has sentences for its lines, and a mistake for each hint', (ask) => {
    expect(ask.asks[0]).toMatch(/\?$/);
    for (const line of ask.asks) expect(line.length, line).toBeLessThanOrEqual(98);
    const { right, wrong } = answers[ask.id]!;
    expect(new Set([...ask.references, ...right].map(plain)).size).toBeGreaterThanOrEqual(3);
    expect(Object.keys(wrong).length).toBeGreaterThanOrEqual(3);
    const told = new Set(Object.values(wrong));
    expect(ask.hints.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([]);
    expect(new Set(ask.hints.map(({ id }) => id)).size).toBe(ask.hints.length);
    for (const says of [...ask.hints.map((hint) => hint.says), ask.because]) {
      expect(says).toMatch(/^["`A-Z][^]*[.?]$/);
    }
  });

  test.each(ASKS)('$id looks between the scrapes', ({ history, moments = MOMENTS }) => {
    expect(moments.length).toBeGreaterThanOrEqual(5);
    for (const moment of moments) expect(moment % history().everySeconds).not.toBe(0);
  });
});

describe.concurrent('every answer', () => {
  for (const ask of ASKS) {
    test(`${ask.id}: right ones pass, wrong ones get their hint`, async (context) => {
      const promtool = promtoolOrSkip(context);
      const { right, wrong } = answers[ask.id]!;
      const rights = [...ask.references, ...right];
      const tried = [...rights, ...Object.keys(wrong)];
      // What asks for other metrics answers something else, and has promtool read them all.
      const metrics = new Set(ask.references.flatMap(metricsOf));
      const near = ofTheText.filter((query) => metricsOf(query).some((name) => metrics.has(name)));
      const verdicts = await judgeAll(ask, [...tried, ...near], promtool);
      const said = tried.map((query, at) => [query, verdicts[at]!.hint?.id ?? 'right']);
      const wanted = [...rights.map((query) => [query, 'right']), ...Object.entries(wrong)];
      expect(Object.fromEntries(said)).toEqual(Object.fromEntries(wanted));
      const given = near.filter((_, at) => verdicts[tried.length + at]!.right);
      expect(given, 'queries of the text that answer it').toEqual([]);
    });
  }
});
