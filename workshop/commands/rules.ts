import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Promtool } from '../../checks/queries/promtool.ts';
import { ROOT } from '../programs.ts';
import { explainRefusal } from '../stack/prometheus-news.ts';
import { findPromtool, noPromtool } from '../stack/promtool.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

const RULES = 'alerts.yaml';

/** The test that a learner begins with: of an alert that is there. */
const FIRST = 'rules.test.yaml';

/** Checks alerts.yaml, and runs the learner's own tests of it. */
export async function run(_: Values<'rules'>, env: NodeJS.ProcessEnv): Promise<number> {
  const here = findPromtool(env);
  if (here.found) return checkRules(ROOT, here.found);
  console.error(noPromtool(here));
  return 1;
}

/**
 * {@link run} for the repository in `root`. The tests are `mine/*.test.yaml`; where there is none,
 * one is brought.
 */
export async function checkRules(root: string, promtool: Promtool): Promise<number> {
  const again = typed('rules');
  try {
    const rules = readFileSync(join(root, RULES), 'utf8');
    const checked = await promtool.run(['check', 'rules', RULES], { [RULES]: rules });
    if (checked.status !== 0) {
      const why = explainRefusal(checked.stderr.replace(/^\s*FAILED:\s*/, ''));
      console.error(
        `Prometheus would refuse ${RULES}, and go on with the rules that it has:\n${indent(why)}\nFix it, then type again: ${again}`,
      );
      return 1;
    }
    const count = /(\d+) rules found/.exec(checked.stdout)?.[1] ?? 'all';
    console.log(`${RULES}: Prometheus takes its ${count} rules.`);
    for (const name of listTests(root)) {
      const test = readFileSync(join(root, 'mine', name), 'utf8');
      const tested = await promtool.run(['test', 'rules', name], {
        [RULES]: rules,
        // Where promtool runs, both lie in one folder.
        [name]: test.replaceAll(`../${RULES}`, RULES),
      });
      if (tested.status !== 0) {
        const why = tested.stderr
          .replace(/^\s*FAILED:\n/, '')
          .replaceAll(/^ {4}/gm, '')
          .trimEnd();
        console.error(
          `mine/${name} fails, says promtool:\n${indent(why)}\nFix the test or the rule, then type again: ${again}`,
        );
        return 1;
      }
      console.log(`mine/${name} passes.`);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const gone = code === 'ENOENT' ? ` If it is gone, type: git restore ${RULES}` : '';
    console.error(`${message}.${gone}\nThen type again: ${again}`);
    return 1;
  }
  console.log(`Have Prometheus take them over now: ${typed('reload')}`);
  return 0;
}

/** The names of the learner's tests, in order; never none. */
function listTests(root: string): string[] {
  const folder = join(root, 'mine');
  const tests = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.test.yaml'))
    : [];
  if (tests.length > 0) return tests.toSorted();
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'workshop/learner', FIRST), join(folder, FIRST), constants.COPYFILE_EXCL);
  console.log(`mine/${FIRST} is new: a test of TooMany503s, to begin with.`);
  return [FIRST];
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
