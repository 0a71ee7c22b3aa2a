import { existsSync, readdirSync } from 'node:fs';
import type { Lesson, LessonChecks } from './harness/types.ts';

const ROOT = new URL('../', import.meta.url);

/** All steps with their checks, in order: the folders of steps/ are the list. Step N is `steps[N - 1]`. */
export const steps: readonly Lesson[] = await Promise.all(
  readdirSync(new URL('steps', ROOT))
    .filter((name) => /^\d\d-/.test(name) && hasChecks(name))
    .toSorted()
    .map(load),
);

/**
 * The lesson that has this number among the steps, or this name, such as `05-gauges` or `own`.
 * @throws {Error} if nothing in checks/ is about it
 */
export async function findLesson(step: number | string): Promise<Lesson> {
  const found = steps.find(({ chapter }) => chapter.step === step || chapter.name === step);
  if (found) return found;
  const name = String(step);
  if (!hasChecks(name)) throw new Error(`There is no checks/${name}.ts.`);
  return load(name);
}

function hasChecks(name: string): boolean {
  return existsSync(new URL(`${name}.ts`, import.meta.url));
}

async function load(name: string): Promise<Lesson> {
  const { lesson } = (await import(/* @vite-ignore */ `./${name}.ts`)) as { lesson: LessonChecks };
  const [number] = /^\d\d(?=-)/.exec(name) ?? [];
  const heading = number ? `${number} ${lesson.title}` : lesson.title;
  const place = `${lesson.text ?? 'WORKSHOP.md'}#${heading.toLowerCase().replaceAll(' ', '-').replaceAll('?', '')}`;
  const step = number ? Number(number) : undefined;
  const { followedBy } = lesson;
  return { ...lesson, chapter: { name, step, heading, place, followedBy } };
}
