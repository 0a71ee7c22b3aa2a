import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end what could not run and why, and how much did. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const result = test.result();
      count[result.state]++;
      if (result.state !== 'skipped') continue;
      const why = result.note ?? 'No reason is given.';
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    if (reasons.size > 0) console.log('\nNot run:');
    for (const [why, skipped] of reasons) console.log(`  ${tell(skipped)}: ${why}`);
    const broken = modules.filter((module) => module.state() === 'failed' && !module.ok()).length;
    const parts = [`${count.passed} passed`, `${count.failed} failed`];
    if (count.skipped > 0) parts.push(`${count.skipped} not run`);
    if (broken > 0 && count.failed === 0) parts.push(`${broken} files could not be run`);
    console.log(`\n${tell(count.passed + count.failed)} ran: ${parts.join(', ')}.`);
  }
}

function tell(count: number): string {
  return count === 1 ? '1 test' : `${count} tests`;
}
