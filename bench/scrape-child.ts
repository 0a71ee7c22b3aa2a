import { Counter, register } from 'prom-client';
import { quantile } from '../workshop/quantile.ts';

const [series, repeats] = process.argv.slice(2).map(Number) as [number, number];

const heap = () => {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
};

/** The longest time, in milliseconds, for which `task` lets nothing else have its turn. */
async function blocked(task: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  await task();
  running = false;
  await new Promise((resolve) => setImmediate(resolve));
  return longest;
}

const empty = heap();
const counter = new Counter<'method' | 'endpoint' | 'visitor'>({
  name: 'requests_total',
  help: 'Requests answered.',
  labelNames: ['method', 'endpoint', 'visitor'],
});
for (let visitor = 0; visitor < series; visitor++) {
  counter.inc({ method: 'GET', endpoint: '/treecounter', visitor: `visitor-${visitor}` });
}
const heapBytes = heap() - empty;

let text = '';
const milliseconds: number[] = [];
const blocks: number[] = [];
for (let i = -2; i < repeats; i++) {
  const start = performance.now();
  const block = await blocked(async () => (text = await register.metrics()));
  if (i < 0) continue;
  milliseconds.push(performance.now() - start);
  blocks.push(block);
}
process.send!(
  {
    series,
    milliseconds: quantile(milliseconds, 0.5),
    blocked: quantile(blocks, 0.5),
    bytes: Buffer.byteLength(text),
    heapBytes,
  },
  () => process.exit(),
);
