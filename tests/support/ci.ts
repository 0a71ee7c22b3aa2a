import type { TestContext } from 'vitest';

/** Skips a test that takes long for the little that it adds, but under CI. */
export function onlyUnderCI({ skip }: Pick<TestContext, 'skip'>): void {
  if (!process.env.CI) skip('Tried under CI only: CI=1 make test');
}
