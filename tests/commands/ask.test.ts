import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { ASKS } from '../../checks/queries/index.ts';
import { ask } from '../../workshop/commands/ask.ts';
import { answerTo, ANSWERS, partOf, withPart } from '../../workshop/learner/answers.ts';
import { readAsked } from '../../workshop/learner/asked.ts';
import { findAsk, firstOpen, nextOpen } from '../../workshop/learner/asking.ts';
import { readArguments } from '../../workshop/terminal/arguments.js';
import { captured, refusal, startCommand } from '../support/cli.ts';
import { promtoolOrSkip } from '../support/promtool.ts';
import { repository, temporaryFolder } from '../support/workspace.ts';

const RATE = 'rate(donated_euros_total{job="app"}[10m])';
const RIGHT = 'increase(donated_euros_total{job="app"}[10m])';

/** A learner in a folder of their own, whose Prometheus does not run. */
async function learner(context: TestContext) {
  promtoolOrSkip(context);
  const root = await temporaryFolder();
  const [port] = await freePorts(1);
  const file = join(root, ANSWERS);
  return {
    root,
    file,
    read: () => readFileSync(file, 'utf8'),
    write: (text: string) => writeFileSync(file, text),
    append: (text: string) => writeFileSync(file, readFileSync(file, 'utf8') + text),
    type: (...args: string[]) =>
      captured({}, () => {
        const words = [...args, '--port-9090', String(port)];
        const { values, env } = readArguments('ask', words, process.env);
        return ask(root, values, env);
      }),
  };
}

test('it asks, judges, hints, and goes on to the next question', async (context) => {
  const { root, read, write, append, type } = await learner(context);
  const asked = await type();
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  expect(asked.stdout).toMatch(/^P2 Prometheus and Grafana\n\nHow many euros/);
  expect(asked.stdout).toMatch(/Write your query below .* then type: npm run ask -- P2\n$/);
  expect(read()).toMatch(/\n\n# P2 How many euros .*\?\n# A row for each program\..*\n\n$/);

  append(`${RATE}\n`);
  const wrong = await type();
  expect(wrong).toMatchObject({ code: 1, stderr: '' });
  expect(wrong.stdout).toMatch(
    /Not yet\.\n {2}half hour, at 12:13 +expected +came back\n {2}\{instance="app2:8001", job="app"\} +\d+\.\d+ +\d\.\d+\n/,
  );
  expect(wrong.stdout).toContain('`rate` gives euros per second.');
  expect(wrong.stdout).toMatch(/then type: npm run ask -- P2 .* npm run ask -- P2 --show\n$/);
  // The same once more is no other try.
  await type();
  expect(readAsked(root).P2).toMatchObject({ tries: 1, right: false });

  const before = read().replace(RATE, `${RIGHT.replace('{', '{ # mine\r\n  ')}\r\n# So be it.`);
  write(before);
  const right = await type('p2');
  expect(right).toMatchObject({ code: 0, stderr: '' });
  expect(right.stdout).toMatch(
    /P2 is right\.\n`increase` sees .*\n\nNext: P3 Prometheus and Grafana: npm run ask\n$/,
  );
  expect(readAsked(root).P2).toMatchObject({ tries: 2, right: true });
  expect(read()).toBe(before);
  await type();
  expect(read().startsWith(before)).toBe(true);
  expect(read().slice(before.length)).toMatch(/^\r\n# P3 How busy .*\?\r\n# .*\r\n\r\n$/);
});

test('what Prometheus cannot read is marked in its line of the file', async (context) => {
  const { append, type } = await learner(context);
  await type('04d');
  append('# é\nsum(\n\trate(requests_total{job=app}[5m]))\n');
  const { code, stdout } = await type('4d');
  expect(code).toBe(1);
  expect(stdout).toContain(
    `  Prometheus says: ${ANSWERS}:10: unexpected identifier "app" in label matching, expected string
     rate(requests_total{job=app}[5m]))
                             ^
`,
  );
});

test('a solution is given away after a try only, and remembered as shown', async (context) => {
  const { root, append, type } = await learner(context);
  const early = await type('--show');
  expect(early).toMatchObject({ code: 1, stdout: '' });
  expect(early.stderr).toMatch(/^Try P2 first: .* then type: npm run ask -- P2\n$/);
  await type();
  append(RATE);
  await type();
  const shown = await type('P2', '--show');
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain(`\n  ${RIGHT}\n`);
  expect(readAsked(root).P2).toMatchObject({ tries: 1, shown: true });
  expect((await type()).stdout).toMatch(/^P3 /);
  const { stdout } = await type('--list');
  expect(stdout).toMatch(/^ {2}P2 +shown +How many euros/m);
  expect(stdout.match(/^ {2}\w+/gm)).toEqual(ASKS.map(({ id }) => `  ${id}`));
});

test('a question that is not there ends with the list', async () => {
  expect(await refusal(['ask', '99z'])).toMatch(
    /^There is no question "99z"\. The questions are:\n[^]*\n {2}04d [^]*\nType for example: npm run ask -- P1$/,
  );
});

test('a file that cannot be used is left alone, and it is said what to do', async (context) => {
  const { root, file, type } = await learner(context);
  mkdirSync(file, { recursive: true });
  const unreadable = await type();
  expect(unreadable).toMatchObject({ code: 1, stdout: '' });
  expect(unreadable.stderr).toMatch(/cannot be read .* Move it away, then type: npm run ask -- P2/);
  const other = await temporaryFolder();
  writeFileSync(join(other, 'mine'), 'no folder');
  const values = readArguments('ask', [], {}).values;
  const unwritable = await captured({}, () => ask(other, values, process.env));
  expect(unwritable.code).toBe(1);
  expect(unwritable.stderr).toMatch(/npm run ask -- P2\n$/);
  mkdirSync(join(root, '.workshop'), { recursive: true });
  writeFileSync(join(root, '.workshop/asks.json'), '{"P2":7,"P3":{"tries":"x"}}');
  expect(readAsked(root)).toEqual({});
});

test('an answer that is far too long is not evaluated', async (context) => {
  const { root, append, type } = await learner(context);
  await type();
  append(`# é\n${' '.repeat(2100)}up\n`);
  const { code, stdout } = await type();
  expect(code).toBe(1);
  expect(stdout).toContain('That is more than 2000 characters');
  expect(readAsked(root).P2).toMatchObject({ right: false });
});

test('without promtool it is said how to get it', async () => {
  const root = await temporaryFolder();
  const { values, env } = readArguments('ask', [], { ...process.env, PATH: root, Path: root });
  const { code, stderr } = await captured({}, () => ask(root, values, env));
  // The image's promtool will do, and where docker is not on PATH there is none.
  if (code !== 0)
    expect(stderr).toMatch(/^No promtool 3 is here.* npm run prefetch -- --native\n$/);
});

test('an answer ends where the next question begins', () => {
  const text = '# P2 One?\n\na\n# inside\nb\n\n# mine\n# p3\n\n# 04d Three?\n#P1 no\n c # end\n';
  const ids = ['P1', 'P2', 'P3', '04d'];
  expect(answerTo('P2', text, ids)).toEqual({ text: 'a\n# inside\nb', line: 3 });
  expect(answerTo('P3', text, ids)).toEqual({ text: '', line: 9 });
  expect(answerTo('04d', text, ids)).toEqual({ text: '', line: 11 });
  expect(answerTo('P1', text, ids)).toEqual({ text: ' c # end', line: 12 });
  expect(answerTo('04d', 'sum(up)', ids)).toBeUndefined();
  // A copied question may be answered in either place.
  expect(answerTo('P2', `${text}# P2 One?\n`, ids)?.line).toBe(3);
});

test('a part of the file is replaced, and nothing around it', () => {
  const ids = ASKS.map(({ id }) => id);
  const [one, two] = [ASKS.find(({ id }) => id === 'P2')!, ASKS.find(({ id }) => id === 'P3')!];
  const fresh = withPart(one, 'up', '', ids)!;
  expect(fresh).toMatch(/\n# P2 How many [^]*\n# A row .*\n\nup\n$/);
  const both = withPart(two, '# mine\nsum(up)', fresh, ids)!;
  expect(both.startsWith(fresh)).toBe(true);
  expect(partOf(two, both, ids)?.text).toBe('# mine\nsum(up)');
  expect(both.split('\n')[partOf(one, both, ids)!.line - 1]).toBe('up');
  // Its own comments stay, and are no more after the second time.
  const again = withPart(two, '# mine\n\nsum(up) # end\n# so', both, ids)!;
  expect(again).toBe(both.replace('# mine\nsum(up)', '# mine\n\nsum(up) # end\n# so'));
  expect(withPart(one, 'a\nb', again, ids)).toBe(again.replace('\nup\n', '\na\nb\n'));
  // Of a file as Windows writes it, without an end to its last line, and with a question in between.
  const text = '# P2 One?\r\n# P3 Two?\r\n\r\nold';
  const first = withPart(one, 'a\nb', text, ids);
  expect(first).toBe('# P2 One?\r\na\r\nb\r\n\r\n# P3 Two?\r\n\r\nold');
  expect(withPart(two, 'new', text, ids)).toBe('# P2 One?\r\n# P3 Two?\r\n\r\nnew\r\n');
  // A line that would begin a question is none of an answer.
  expect(withPart(one, 'up\n# 04d is next', both, ids)).toBeUndefined();
  expect(partOf(one, 'sum(up)', ids)).toBeUndefined();
});

test('it judges again when the file is saved, until Ctrl-C', async (context) => {
  promtoolOrSkip(context);
  const root = await repository();
  const watching = startCommand(['ask', '--watch'], { PORT_9090: '1' }, [], root);
  await watching.says('Waiting for you to save');
  const file = join(root, ANSWERS);
  const asked = readFileSync(file, 'utf8');
  writeFileSync(file, `${asked}${RATE}\n`);
  await watching.says('`rate` gives euros per second.');
  writeFileSync(file, `${asked}${RIGHT}\n`);
  await watching.says('P2 is right.');
  await watching.says(/P3 Prometheus and Grafana\n\nHow busy [^]*Waiting for you to save/);
  expect(readFileSync(file, 'utf8')).toMatch(/\n# P3 How busy/);
});

test('whoever begins the second half-day is not led back to the class', () => {
  const Qa = findAsk('qa')!;
  const tried = { tries: 1, right: true };
  expect(nextOpen(Qa, { Qa: tried })?.id).toBe('Qb');
  expect(nextOpen(Qa, { Qa: tried, Qb: tried })?.id).toBe('Qc');
  expect(nextOpen(findAsk('Qj')!, { Qj: tried })).toBe(firstOpen({}));
  const ofTheClass = ASKS.filter(({ heading }) => heading !== Qa.heading);
  expect(firstOpen(Object.fromEntries(ofTheClass.map(({ id }) => [id, tried])))).toBe(Qa);
});
