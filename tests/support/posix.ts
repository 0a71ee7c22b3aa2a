import type { TestContext } from 'vitest';

const WHY = {
  signals:
    'Windows has no signals: what Node sends in their place ends a process at once. tests/commands/laptop.test.ts has what a save does there',
  groups: 'Windows has no groups of processes',
  links: 'Windows lets only administrators make links to files',
  make: 'Windows has no make',
} as const;

/** Skips a test of what Windows has not. */
export function needsPosix({ skip }: Pick<TestContext, 'skip'>, what: keyof typeof WHY): void {
  if (process.platform === 'win32') skip(WHY[what]);
}
