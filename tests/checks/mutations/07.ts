import { mutation, type Mutation } from '../copies.ts';

const BUCKETS = 'buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],';

/** The step with other buckets. */
const buckets = (hint: string, list: string, ...imported: string[]): Mutation => {
  const edits = imported.map(
    (name) => ['metrics.ts', 'Gauge, Histogram }', `Gauge, Histogram, ${name} }`] as const,
  );
  return mutation(hint, ['metrics.ts', BUCKETS, `buckets: ${list},`], ...edits);
};

export const mutations: readonly Mutation[] = [
  buckets('buckets-order', '[0.1, 0.2, 0.3, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9, 1]'),
  buckets('buckets-order', '[1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]'),
  // Widths in place of limits.
  buckets('buckets-order', '[0.2, 0.1, 0.15, 0.05, 0.3]'),
  buckets('buckets-inexact', 'Array.from({ length: 10 }, (_, index) => (index + 1) * 0.1)'),
  buckets('buckets-inexact', 'linearBuckets(0.1, 0.1, 10)', 'linearBuckets'),
  mutation('buckets-default', ['metrics.ts', `  ${BUCKETS}\n`, '']),
  buckets('buckets-unit', '[100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]'),
  // The promise alone, as the text words it, and nothing for those who ask.
  buckets('buckets-asked-for', '[0.2, 0.3, 0.4]'),
  buckets('buckets-asked-for', '[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]'),
  // The default ones in the range that occurs, and one at the promise.
  buckets('buckets-asked-for', '[0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5]'),
  buckets('buckets-wide', '[0.3, 0.5, 0.6, 0.9, 1]'),
  buckets('buckets-wide', '[0.1, 0.2, 0.3, 0.5, 0.6, 0.9, 1]'),
  buckets('buckets-wide', '[0.1, 0.3, 0.4, 0.5, 0.6, 0.9, 1]'),
  buckets('buckets-many', 'Array.from({ length: 20 }, (_, index) => (index + 1) / 20)'),
];
