import { mutation, type Mutation } from '../copies.ts';

const BUCKETS = 'buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],';

export const mutations: readonly Mutation[] = [
  mutation('buckets-order', [
    'metrics.ts',
    BUCKETS,
    'buckets: [0.1, 0.2, 0.3, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9, 1],',
  ]),
  mutation('buckets-order', [
    'metrics.ts',
    BUCKETS,
    'buckets: [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],',
  ]),
  mutation('buckets-inexact', [
    'metrics.ts',
    BUCKETS,
    'buckets: Array.from({ length: 10 }, (_, index) => (index + 1) * 0.1),',
  ]),
  mutation(
    'buckets-inexact',
    ['metrics.ts', BUCKETS, 'buckets: linearBuckets(0.1, 0.1, 10),'],
    ['metrics.ts', 'Gauge, Histogram }', 'Gauge, Histogram, linearBuckets }'],
  ),
  mutation('buckets-default', ['metrics.ts', `  ${BUCKETS}\n`, '']),
  mutation('buckets-unit', [
    'metrics.ts',
    BUCKETS,
    'buckets: [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],',
  ]),
  mutation('buckets-other', [
    'metrics.ts',
    BUCKETS,
    'buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],',
  ]),
  mutation(
    'buckets-other',
    ['metrics.ts', BUCKETS, 'buckets: linearBuckets(0, 0.1, 10),'],
    ['metrics.ts', 'Gauge, Histogram }', 'Gauge, Histogram, linearBuckets }'],
  ),
];
