import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../workshop/programs.ts';
import { runVitest } from '../../workshop/vitest.ts';

/**
 * How much processor time `make test` may take without CI, in starts of a TypeScript program: such
 * starts are most of it, and a slow machine is slow at both. Where one takes 0.19 s, it took 790 of them,
 * which were 90 s on two cores. The rest is for what other work on the machine adds.
 */
const MOST_STARTS = 840;

/** The processor time of all processes that this one has waited for, in seconds; Linux alone tells. */
function waitedFor(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // As `man proc_pid_stat` counts them, cutime and cstime are fields 16 and 17, in hundredths.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function processorTime(run: () => void): number {
  const before = waitedFor();
  run();
  return waitedFor() - before;
}

/** The processor time of one start, in seconds: a program that refuses its settings and ends. */
function timeOfAStart(): number {
  const times = 5;
  const entry = join(ROOT, 'steps/01-bare-handler/server.ts');
  const env = { ...process.env, PORT: 'none', NODE_EXTRA_CA_CERTS: '' };
  return (
    processorTime(() => {
      for (let i = 0; i < times; i++) {
        spawnSync(process.execPath, ['--import', 'tsx', entry], { cwd: ROOT, env });
      }
    }) / times
  );
}

/** Runs the tests as people do, without CI, and holds them to their bound. */
function main(): number {
  delete process.env.CI;
  // As under CI, where other work on the machine can take all of its time away.
  const args = ['--project', 'workshop', '--retry', '1'];
  if (!existsSync('/proc/self/stat')) return runVitest(args);
  let code = 0;
  // Before and after: other work on the machine comes and goes.
  const before = timeOfAStart();
  const seconds = processorTime(() => void (code = runVitest(args)));
  const starts = Math.round((2 * seconds) / (before + timeOfAStart()));
  console.log(
    `make test took ${seconds.toFixed(0)} s of processor time, as ${starts} starts of a TypeScript program do; ${MOST_STARTS} are allowed.`,
  );
  if (code !== 0 || starts <= MOST_STARTS) return code;
  console.error(
    'That is too slow to be run often. Start compiled programs, call functions in place of commands, or leave out by name what adds little: onlyUnderCI in tests/support/ci.ts.',
  );
  return 1;
}

process.exit(main());
