import { expect, test } from 'vitest';
import { plotOf, scaleOf } from '../../workshop/page/client/plot.ts';

test.each([
  [
    [0, 0.3, 1],
    [0, 0.25, 0.5, 0.75, 1],
  ],
  [
    [3, 17],
    [0, 5, 10, 15, 20],
  ],
  [
    [12, 16],
    [12, 13, 14, 15, 16],
  ],
  [[16], [0, 5, 10, 15, 20]],
  [[0], [0, 0.25, 0.5, 0.75, 1]],
  [
    [-3, 2],
    [-4, -2, 0, 2],
  ],
  [[-7], [-8, -6, -4, -2, 0]],
  [[], [0, 0.25, 0.5, 0.75, 1]],
  [
    [0.00012, 0.0004],
    [0.0001, 0.0002, 0.0003, 0.0004],
  ],
  [
    [1.5e9, 1.6e9],
    [1.5e9, 1.525e9, 1.55e9, 1.575e9, 1.6e9],
  ],
])('the scale of %j is %j', (values, ticks) => {
  expect(scaleOf(values)).toEqual(ticks);
});

test('a graph has a gap where there is no number, and all of it lies within', () => {
  const start = 1_800_000_000;
  const plot = plotOf(
    {
      series: [
        {
          name: 'a',
          samples: [
            [start, 0],
            [start + 15, 1],
            [start + 30, 'NaN'],
            [start + 45, 2_000_000],
            [start + 600, 1],
            [start + 900, 'Inf'],
          ],
        },
        { name: 'b', samples: [] },
      ],
      shared: '{}',
      more: 0,
      start,
      end: start + 900,
      step: 15,
    },
    400,
  );
  expect(plot.lines.map((stretches) => stretches.map(({ length }) => length))).toEqual([
    [2, 1, 1],
    [],
  ]);
  expect(plot.up.map(({ text }) => text)).toEqual(['0', '500K', '1M', '1.5M', '2M']);
  expect(plot.across).toHaveLength(4);
  for (const [x, y] of plot.lines.flat(2)) {
    expect(x).toBeGreaterThanOrEqual(plot.left);
    expect(x).toBeLessThanOrEqual(plot.right);
    expect(y).toBeGreaterThanOrEqual(plot.top);
    expect(y).toBeLessThanOrEqual(plot.bottom);
  }
  const [[first], [highest]] = plot.lines[0]! as [[[number, number]], [[number, number]]];
  expect(first).toEqual([plot.left, plot.bottom]);
  expect(highest[1]).toBe(plot.top);
});
