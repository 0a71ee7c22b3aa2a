import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Promtool } from '../../checks/queries/promtool.ts';
import { ROOT } from '../programs.ts';
import { explainRefusal } from '../stack/prometheus-news.ts';
import { findPromtool, noPromtool } from '../stack/promtool.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

const RULES = 'alerts.yaml';

/** The rules of the second half-day, all `.yaml` files there. */
const MORE_RULES = 'production/rules/';

/** Where promtool runs, all files lie in one folder. */
const MORE_THERE = 'production-';

/** The rules that a learner writes in the second half-day. */
const OWN_RULES = 'production/rules/mine.yaml';

/** The test that a learner begins with: of an alert that is there. */
const FIRST = 'rules.test.yaml';

/** Checks alerts.yaml and the rules of the second half-day, and runs the learner's own tests of them. */
export async function run(_: Values<'rules'>, env: NodeJS.ProcessEnv): Promise<number> {
  const here = findPromtool(env);
  if (here.found) return checkRules(ROOT, here.found);
  console.error(noPromtool(here));
  return 1;
}

/**
 * {@link run} for the repository in `root`. The tests are `mine/*.test.yaml`; where there is none,
 * one is brought, but not to somebody who has rules of the second half-day to test.
 */
export async function checkRules(root: string, promtool: Promtool): Promise<number> {
  const again = typed('rules');
  try {
    const rules = { [RULES]: readFileSync(join(root, RULES), 'utf8') };
    const more = readMoreRules(root);
    for (const files of [rules, more]) {
      const names = Object.keys(files);
      if (names.length === 0) continue;
      const place = files === rules ? RULES : MORE_RULES;
      const checked = await promtool.run(['check', 'rules', ...names], files);
      if (checked.status !== 0) {
        const said = explainRefusal(checked.stderr.replaceAll(/^\s*FAILED:\s*/gm, '').trim());
        // promtool says what concerns a whole file twice.
        const lines = [...new Set(asNamedHere(said).split('\n'))];
        const why = [...lines, ...Object.entries(files).flatMap(quotesMissing)].join('\n');
        console.error(
          `Prometheus would refuse ${place}, and go on with the rules that it has:\n${indent(why)}\nFix it, then type again: ${again}`,
        );
        return 1;
      }
      const counts = [...checked.stdout.matchAll(/(\d+) rules found/g)].map(([, count]) =>
        Number(count),
      );
      const count = counts.reduce((sum, one) => sum + one, 0);
      console.log(`${place}: Prometheus takes its ${count} rules.`);
    }
    for (const name of listTests(root)) {
      const test = readFileSync(join(root, 'mine', name), 'utf8');
      const tested = await promtool.run(['test', 'rules', name], {
        ...rules,
        ...more,
        [name]: test.replaceAll(`../${RULES}`, RULES).replaceAll(`../${MORE_RULES}`, MORE_THERE),
      });
      if (tested.status !== 0) {
        const why = tested.stderr
          .replace(/^\s*FAILED:\n/, '')
          .replaceAll(/^ {4}/gm, '')
          .trimEnd();
        console.error(
          `mine/${name} fails, says promtool:\n${indent(asNamedHere(why))}${whyNothing(why)}\nFix the test or the rule, then type again: ${again}`,
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

/** The rules of the second half-day, by their names where promtool runs; none where it is not there. */
function readMoreRules(root: string): Record<string, string> {
  const folder = join(root, MORE_RULES);
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(
    names.map((name) => [`${MORE_THERE}${name}`, readFileSync(join(folder, name), 'utf8')]),
  );
}

function asNamedHere(text: string): string {
  return text.replaceAll(/\bproduction-(?=[\w.-]+\.yaml)/g, MORE_RULES);
}

/** What to tell of a text that YAML takes for braces of its own; it names the line before, or none. */
function quotesMissing([name, yaml]: [string, string]): string[] {
  const at = yaml.split(/\r?\n/).findIndex((line) => /^[\s-]*\w+:\s*\{\{/.test(line));
  const file = asNamedHere(name);
  return at < 0
    ? []
    : [`${file}, line ${at + 1}: a text that begins with {{ needs quotes around it.`];
}

/** What to look at where an alert was expected and none fired; empty elsewhere. */
function whyNothing(said: string): string {
  if (!/^\s*got:\[\]$/m.test(said)) return '';
  return '\nNothing came where it says got:[]. Does input_series have each series that the rule asks for, with its labels, and are the values above its limit?';
}

/** The names of the learner's tests, in order. */
function listTests(root: string): string[] {
  const folder = join(root, 'mine');
  const tests = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.test.yaml'))
    : [];
  if (tests.length > 0 || existsSync(join(root, OWN_RULES))) return tests.toSorted();
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'workshop/learner', FIRST), join(folder, FIRST), constants.COPYFILE_EXCL);
  console.log(`mine/${FIRST} is new: a test of TooMany503s, to begin with.`);
  return [FIRST];
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
