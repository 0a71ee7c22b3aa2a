import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Says at the end what failed, what could not run and why, and how much did. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const result = test.result();
      count[result.state]++;
      if (result.state !== 'skipped') continue;
      const why = result.note ?? 'Not on this system.';
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    if (reasons.size > 0) console.log('\nSkipped:');
    for (const [why, skipped] of reasons) console.log(`  ${tell(skipped)}: ${why}`);
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
}

function list(title: string, tests: readonly TestCase[]): void {
  if (tests.length === 0) return;
  console.log(`\n${title}`);
  for (const test of tests) {
    const [error] = test.result().errors ?? [];
    console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    if (error) console.log(`    ${error.message.split('\n', 1)[0]}`);
  }
}

function tell(count: number): string {
  return count === 1 ? '1 test' : `${count} tests`;
}
