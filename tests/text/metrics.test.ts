import { describe, expect, test } from 'vitest';
import { parseExposition } from '../../checks/harness/exposition.ts';
import { runStep, STEPS } from '../support/steps.ts';
import { blocksIn, readDocument, stepOf } from './document.ts';

/** The steps that show what their own chapter and those before it say: 04 and 07 change series. */
const SHOWING = ['03', '06', STEPS.at(-1)!.slice(0, 2)];

const shown = readDocument('WORKSHOP.md').chapters.flatMap((chapter) => {
  const step = stepOf(chapter);
  const lines = blocksIn(chapter, 'metrics').flatMap((block) => block.lines);
  const commands = blocksIn(chapter, 'sh').flatMap((block) => block.lines);
  const names = commands.flatMap((command) => /^make metrics NAME=(\w+)/.exec(command)?.[1] ?? []);
  return step ? [{ step: SHOWING.find((showing) => showing >= step)!, lines, names }] : [];
});
const steps = SHOWING.map((step) => ({
  step,
  lines: shown.filter((one) => one.step === step).flatMap(({ lines }) => lines),
  names: shown.filter((one) => one.step === step).flatMap(({ names }) => names),
}));

/** A line with what differs from run to run taken out: its value. */
function withoutValue(line: string): string {
  return line.startsWith('#') ? line : line.replace(/ \S+$/, '');
}

/** The line as an expression that takes any text for `…`. */
function pattern(line: string): RegExp {
  const parts = withoutValue(line).split('…');
  return new RegExp(`^${parts.map((part) => escape(part)).join('.+')}$`);
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

describe('the lines of /metrics that the text shows are there', () => {
  test.each(steps)('in step $step', async ({ step, lines, names }) => {
    const program = await runStep(STEPS.find((name) => name.startsWith(step))!);
    await program.send('GET /treecounter');
    const text = await (await fetch(program.metricsUrl)).text();
    const found = text.split('\n').map(withoutValue);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(
        found.some((candidate) => pattern(line).test(candidate)),
        line,
      ).toBe(true);
      if (!line.startsWith('#')) expect(Number(line.split(' ').at(-1)), line).not.toBeNaN();
    }
    for (const name of names) {
      const all = parseExposition(text).flatMap(({ samples }) => samples);
      expect(
        all.some((sample) => sample.name.includes(name)),
        `NAME=${name}`,
      ).toBe(true);
    }
  });
});
