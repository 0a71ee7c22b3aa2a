import { setTimeout } from 'node:timers/promises';

/** The pause between two visits, in milliseconds. */
const PAUSE_MS = 100;

/** A visit that takes longer is given up, in milliseconds. */
const PATIENCE_MS = 8000;

/** What to visit, in turn, as a load balancer would share visits out. */
const urls = process.argv.slice(2);

async function visit(url: string): Promise<void> {
  try {
    const answer = await fetch(new URL('/treecounter', url), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.arrayBuffer();
  } catch {
    // One that is down is what Prometheus is to show.
  }
}

for (let turn = 0; ; turn++) {
  // Nobody waits for the visitor before: a slow instance gets as many as the others.
  void visit(urls[turn % urls.length]!);
  await setTimeout(PAUSE_MS);
}
