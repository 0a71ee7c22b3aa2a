import type { GraphAnswer } from '../said.ts';

/** Where a graph's parts lie, in pixels of its picture. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly across: readonly Tick[];
  readonly up: readonly Tick[];
  /** For each series the stretches that hang together, each a point or more. */
  readonly lines: readonly (readonly (readonly Point[])[])[];
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

type Point = readonly [x: number, y: number];

const HEIGHT = 220;
const TOP = 12;
const BELOW = 26;

/** So wide is a character of a tick's text, in pixels. */
const CHARACTER = 7;

/** Lays out a graph that is so many pixels wide. */
export function plotOf({ series, start, end, step }: GraphAnswer, width: number): Plot {
  const values = series.flatMap(({ samples }) =>
    samples.flatMap(([, value]) => (typeof value === 'number' ? value : [])),
  );
  const ticks = scaleOf(values);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const words = ticks.map(shortly);
  const left = 10 + CHARACTER * Math.max(...words.map(({ length }) => length));
  const [right, bottom] = [width - 12, HEIGHT - BELOW];
  const x = (time: number) => round(left + ((time - start) / (end - start)) * (right - left));
  const y = (value: number) => round(bottom - ((value - low) / (high - low)) * (bottom - TOP));
  return {
    width,
    height: HEIGHT,
    left,
    right,
    top: TOP,
    bottom,
    across: timesOf(start, end).map((time) => ({ at: x(time), text: timeText(time) })),
    up: ticks.map((value, at) => ({ at: y(value), text: words[at]! })),
    lines: series.map(({ samples }) => {
      const stretches: Point[][] = [];
      let before = -Infinity;
      for (const [time, value] of samples) {
        if (typeof value !== 'number') continue;
        // Where a step has no value there is a gap.
        if (time - before > 1.5 * step) stretches.push([]);
        stretches.at(-1)!.push([x(time), y(value)]);
        before = time;
      }
      return stretches;
    }),
  };
}

/** Round values that hold all others between the first and the last; 0 is one of them if it is near. */
export function scaleOf(values: readonly number[]): number[] {
  let low = values.reduce((least, value) => Math.min(least, value), Infinity);
  let high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (values.length === 0) [low, high] = [0, 1];
  const spread = high - low;
  if (low > 0 && spread < 0.8 * high && spread > 0.02 * high) {
    // What changes by a part of itself is seen better without the 0.
  } else if (low > 0) low = 0;
  else if (high < 0) high = 0;
  if (low === high) high = low + 1;
  const size = niceStep((high - low) / 4);
  const first = Math.floor(low / size);
  const last = Math.ceil(high / size - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) =>
    Number(((first + at) * size).toPrecision(12)),
  );
}

/** The least of 1, 2, 2.5, 5 and 10 times a power of ten that is no less. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Whole minutes, at most five of them. */
function timesOf(start: number, end: number): number[] {
  const every = [60, 120, 300].find((seconds) => (end - start) / seconds <= 5) ?? 600;
  const first = Math.ceil(start / every) * every;
  const count = Math.floor((end - first) / every) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => first + at * every);
}

export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 5);
}

/** A value in few characters: `1.5M`, `0.25`. */
function shortly(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return value.toExponential();
  const notation = size >= 1e5 ? 'compact' : 'standard';
  const options = { notation, maximumSignificantDigits: 6, useGrouping: false } as const;
  return new Intl.NumberFormat('en', options).format(value);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
