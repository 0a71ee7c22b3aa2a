import { describe, expect, test } from 'vitest';
import { COMMANDS, commands, GROUPS, type CommandName } from '../../workshop/commands.js';
import { optionOf, retyped } from '../../workshop/terminal/typed.js';
import { readDocument, rowsOf } from './document.ts';

const readme = readDocument('README.md').chapters.find(({ title }) => title === 'Commands')!.text;
const before = readDocument('WORKSHOP.md').chapters.find(({ title }) => title === 'Before class')!;
const more = readDocument('PRODUCTION.md').chapters.find(
  ({ title }) => title === 'Before the half-day',
)!;
const rows = rowsOf(readme).filter(([first = '']) => first.startsWith('`make '));
const twins = [before, more]
  .flatMap(({ text }) => rowsOf(text))
  .filter(([first = '']) => first.startsWith('`make '));

const nameIn = (cell = '') => /^`make (\w+)/.exec(cell)![1] as CommandName;

test.each([...rows, ...twins])('%s is %s without make', (withMake, without) => {
  expect(without).toBe(retyped(withMake!, {}));
});

describe('the tables of README.md', () => {
  test('have every command in its order, and say what it does', () => {
    const names = rows.map(([cell]) => nameIn(cell));
    const { help, ...others } = COMMANDS;
    expect(help.packages).toBe('none');
    expect([...new Set(names)]).toEqual(Object.keys(others));
    for (const [cell, , does] of rows.filter((_, i) => names[i] !== names[i - 1])) {
      const { variables } = commands[nameIn(cell)];
      const required = Object.entries(variables).filter(([, { required: must }]) => must);
      const words = required.map(([name, { example }]) => ` ${name}=${example}`);
      expect(cell).toBe(`\`make ${nameIn(cell)}${words.join('')}\``);
      expect(does).toBe(commands[nameIn(cell)].does);
    }
  });

  test('stand under the headings that make help has', () => {
    const parts = readme.split(/^### /m).slice(1);
    const groups = parts.map((part) => [
      part.split('\n')[0],
      [...new Set([...part.matchAll(/^\| `make (\w+)/gm)].map(([, name]) => name))],
    ]);
    const expected = Object.entries(GROUPS).map(([heading, names]) => [
      heading,
      names.filter((name) => name !== 'help'),
    ]);
    expect(groups).toEqual([...expected, ['Settings of the program', []]]);
  });

  test('name only variables that the command takes', () => {
    for (const [cell = ''] of [...rows, ...twins]) {
      const known = Object.keys(commands[nameIn(cell)].variables);
      for (const [, name] of cell.matchAll(/ (\w+)=/g)) expect(known).toContain(name);
    }
  });

  test('have the settings of the program', () => {
    const { STEP, ...settings } = commands.dev.variables;
    expect(STEP).toBeDefined();
    const table = rowsOf(readme).filter(([first = '']) => /^`[A-Z_]+`$/.test(first));
    expect(table).toEqual(
      Object.entries(settings).map(([name, variable]) => [
        `\`${name}\``,
        `\`--${optionOf(name, variable)}\``,
        variable.unset,
        variable.does,
      ]),
    );
  });
});
