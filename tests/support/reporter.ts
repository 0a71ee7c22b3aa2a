import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import type { AllowedSkip } from '../../e2e/skips.ts';

/** Says at the end what failed, what could not run and why, and how much did. */
export default class ClosingReporter implements Reporter {
  readonly #allowed: readonly AllowedSkip[] | undefined;
  #byName = false;

  /** @param options with a list of `allowedSkips`, any other skip fails the run under CI */
  constructor(options: { allowedSkips?: readonly AllowedSkip[] } = {}) {
    this.#allowed = process.env.CI ? options.allowedSkips : undefined;
  }

  onInit(vitest: Vitest): void {
    this.#byName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const test of tests) count[test.result().state]++;
    this.#tellSkipped(tests.filter((test) => test.result().state === 'skipped'));
    list(
      'Passed at a later try:',
      tests.filter((test) => test.diagnostic()?.flaky),
    );
    list(
      'Failed:',
      tests.filter((test) => test.result().state === 'failed'),
    );
    const broken = modules.filter((module) => module.state() === 'failed' && !module.ok()).length;
    if (broken > 0 && count.failed === 0) console.log(`\n${broken} files could not be run.`);
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);
  }

  #tellSkipped(tests: readonly TestCase[]): void {
    // Who names a test leaves the others out on purpose.
    const allowed = this.#byName ? undefined : this.#allowed;
    if (!allowed) {
      const other = this.#byName ? 'Others were asked for by their names.' : undefined;
      tellByReason('Skipped:', tests, (test) => reasonOf(test, other), false);
      return;
    }
    const found = new Map<TestCase, string>();
    for (const entry of allowed) {
      const ofEntry = tests.filter(
        (test) => !found.has(test) && nameOf(test).startsWith(entry.test),
      );
      if (ofEntry.length > 0 && entry.here()) {
        for (const test of ofEntry) found.set(test, entry.why);
      }
    }
    tellByReason('Skipped, as e2e/skips.ts allows:', [...found.keys()], (test) => found.get(test)!);
    const others = tests.filter((test) => !found.has(test));
    tellByReason('Skipped, and must not be:', others, (test) => reasonOf(test));
    if (others.length > 0) process.exitCode = 1;
  }
}

function list(title: string, tests: readonly TestCase[]): void {
  if (tests.length === 0) return;
  console.log(`\n${title}`);
  for (const test of tests) {
    const [error] = test.result().errors ?? [];
    console.log(`  ${nameOf(test)}`);
    if (error) console.log(`    ${error.message.split('\n', 1)[0]}`);
  }
}

function tellByReason(
  title: string,
  tests: readonly TestCase[],
  reason: (test: TestCase) => string,
  names = true,
): void {
  if (tests.length === 0) return;
  console.log(`\n${title}`);
  for (const why of new Set(tests.map(reason))) {
    const ofReason = tests.filter((test) => reason(test) === why);
    console.log(`  ${tell(ofReason.length)}: ${why}`);
    if (names) for (const test of ofReason) console.log(`    ${nameOf(test)}`);
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase, fallback = 'Not on this system.'): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || fallback;
}

function tell(count: number): string {
  return count === 1 ? '1 test' : `${count} tests`;
}
