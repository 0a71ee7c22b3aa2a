import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { troubles } from '../../checks/harness/trouble.ts';
import type { Lesson } from '../../checks/harness/types.ts';
import { findLesson } from '../../checks/index.ts';
import { ASKS } from '../../checks/queries/index.ts';
import { FLEET_INCIDENTS } from '../incidents/fleet.ts';
import { INCIDENTS } from '../incidents/list.ts';
import { lessonNames, ROOT } from '../programs.ts';
import { OTHER_HINT, type Names } from './message.ts';

/** What is told of any answer, where the question itself has no hint for it: here in a few words. */
const OF_ANY_ANSWER = {
  'no-range': 'rate() and its like need a range, such as [1m].',
  'range-vector': 'A range is no answer: what is to be made of it?',
  'range-of-a-result': 'A range stands behind a metric, not behind a result.',
  'rate-of-sum': 'First the rate of each series, then the sum.',
  'offset-of-a-result': 'offset stands behind a metric, not behind a result.',
  'many-samples': 'Two sides do not match one to one.',
  'no-such-metric': 'No series has this name.',
  'no-such-label': 'No series has this label.',
  'no-such-value': 'No series has this value of a label.',
  'labels-extra': 'The rows have labels too many.',
  'labels-missing': 'The rows lack labels.',
  syntax: 'Prometheus cannot read the query.',
  types: 'A function or an operator is given the wrong kind of value.',
  nothing: 'Nothing comes back.',
  factor: 'The unit is another one.',
  values: 'The rows are right, the values are not.',
} as const;

/** A chapter whose program is checked. */
export interface PlannedChapter {
  readonly name: string;
  /** What the day's timetable gives it; undefined where the text gives it none. */
  readonly plannedMinutes: number | undefined;
}

/** The chapters that can be passed, in the order of the text. */
export async function readChapters(): Promise<PlannedChapter[]> {
  const minutes = minutesOf(
    ['WORKSHOP.md', 'PRODUCTION.md']
      .map((name) => readFileSync(join(ROOT, name), 'utf8'))
      .join('\n'),
  );
  return (await lessons()).map(({ chapter: { name, heading } }) => ({
    name,
    plannedMinutes: minutes.get(heading),
  }));
}

/** The minutes of each chapter, by its heading. */
export function minutesOf(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/^## (.+)\n\n_(\d+) minutes_$/gm);
  return new Map([...found].map(([, heading, minutes]) => [heading!, Number(minutes)]));
}

/** All that a message may name. */
export async function readNames(): Promise<Names> {
  const all = await lessons();
  const hints = new Map<string, string>([[OTHER_HINT, 'Another hint.']]);
  for (const { checks } of all) {
    for (const { hints: own } of checks) {
      for (const [id, { first }] of Object.entries(own)) hints.set(id, first);
    }
  }
  for (const [id, { hint }] of Object.entries(troubles)) hints.set(id, hint.first);
  for (const [id, says] of Object.entries(OF_ANY_ANSWER)) hints.set(id, says);
  for (const { hints: own } of ASKS) for (const { id, says } of own) hints.set(id, says);
  return {
    chapter: new Set(all.map(({ chapter }) => chapter.name)),
    ask: new Set(ASKS.map(({ id }) => id)),
    incident: new Set(Object.keys({ ...INCIDENTS, ...FLEET_INCIDENTS })),
    hints,
  };
}

function lessons(): Promise<readonly Lesson[]> {
  return Promise.all(lessonNames().map((name) => findLesson(name)));
}
