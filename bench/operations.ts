import { nextMessage, startChild } from './child.ts';
import { format, ratio, type Table } from './table.ts';

/** What one operation takes, in nanoseconds of processor time: the mean of many. */
export interface Operation {
  readonly name: string;
  readonly nanoseconds: number;
}

/** What step 11 does in a request to `/treecounter` that succeeds. */
const STEP_11 = [
  'gauge, inc and dec',
  'counter, 3 labels',
  'timer: histogram, 10 buckets, 2 labels',
  'summary, 2 labels, 3 quantiles, window of 2 parts',
  'timer: histogram, 10 buckets',
];

/**
 * Measures single operations, in a process of their own that does nothing else.
 * @param milliseconds how long to repeat each
 */
export async function measureOperations(milliseconds: number): Promise<Operation[]> {
  const child = startChild('bench/operations-child.ts', { args: [`${milliseconds}`] });
  return nextMessage<Operation[]>(child);
}

/** The metric operations of a request in step 11, added up, in microseconds. */
export function requestMicroseconds(operations: readonly Operation[]): number {
  const sum = STEP_11.reduce((sum, name) => {
    const operation = operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`The operation ${JSON.stringify(name)} is not measured.`);
    return sum + operation.nanoseconds;
  }, 0);
  return sum / 1000;
}

/** The table of operations. */
export function operationsTable(operations: readonly Operation[]): Table {
  const base = operations[0]!.nanoseconds;
  return {
    title: 'One operation',
    note: 'Nanoseconds of processor time, and how many empty calls that is.',
    columns: ['operation', 'ns', 'to an empty call'],
    rows: operations.map(({ name, nanoseconds }) => [
      name,
      format(nanoseconds),
      ratio(nanoseconds, base),
    ]),
  };
}
