import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { onlyUnderCI } from '../support/ci.ts';
import { QUIET, spawnStep, STEPS } from '../support/steps.ts';

/** Runs a step that is to refuse these settings. */
async function refusal(name: string, env: Record<string, string>, preload?: string) {
  const nodeArgs = preload ? ['--import', new URL(preload, import.meta.url).href] : [];
  const program = spawnStep(name, { ...QUIET, ...env }, { nodeArgs });
  const { code } = await program.exited;
  return { code, lines: program.stderr.trimEnd().split('\n'), stdout: program.stdout };
}

/** Holds a port until the test is over. */
async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return String((server.address() as { port: number }).port);
}

/** All steps read their settings by what is in forest/: the others are tried under CI. */
const ENDS = [STEPS[0], STEPS.at(-1)];

describe.each(STEPS)('%s', (name) => {
  beforeEach((context) => {
    if (!ENDS.includes(name)) onlyUnderCI(context);
  });

  test('refuses a bad value before it listens', async () => {
    const { code, lines, stdout } = await refusal(name, { PORT: 'abc' });
    expect([code, lines.length, stdout]).toEqual([2, 1, '']);
    expect(lines[0]).toMatch(/PORT.*abc.*0 to 65535/);
  });

  test('says so when its port is taken', async () => {
    const port = await takenPort();
    const { code, lines } = await refusal(name, { PORT: port });
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(new RegExp(`${port}.*taken.*PORT=`));
  });
});

describe('the last step, with its two ports', () => {
  const last = STEPS.at(-1)!;

  test('refuses two equal ports, but not two free ones', async () => {
    const { code, lines } = await refusal(last, { PORT: '18001', METRICS_PORT: '18001' });
    expect([code, lines.length]).toEqual([2, 1]);
    expect(lines[0]).toMatch(/METRICS_PORT.*18001.*PORT/);
  });

  test('refuses a bad port for the metrics', async () => {
    const { code, lines, stdout } = await refusal(last, { METRICS_PORT: '65536' });
    expect([code, lines.length, stdout]).toEqual([2, 1, '']);
    expect(lines[0]).toMatch(/METRICS_PORT.*65536.*65535/);
  });

  test('says so when the port of the metrics is taken', async () => {
    const port = await takenPort();
    const { code, lines } = await refusal(last, { METRICS_PORT: port });
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(new RegExp(`${port}.*taken.*METRICS_PORT=`));
  });
});

describe('a port that the system keeps to itself', () => {
  test.each([
    ['8001', /^Port 8001 .*reserved.*PORT=18001\..*netsh int ipv4 show excludedportrange tcp$/],
    ['60000', /^Port 60000 .*reserved.*PORT=50000\..*netsh/],
    ['80', /^Port 80 .*not open to you.*PORT=8001\.$/],
  ])('%s', async (PORT, says) => {
    const preload = '../support/reserved-port.mjs';
    const { code, lines } = await refusal(STEPS[0]!, { PORT }, preload);
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(says);
  });
});

describe('a host that cannot be listened on', () => {
  test.each(['192.0.2.1', 'no-such-host.invalid'])('%s', async (HOST) => {
    const { code, lines } = await refusal(STEPS[0]!, { HOST });
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toContain(`HOST=${JSON.stringify(HOST)}`);
    expect(lines[0]).toContain('HOST=127.0.0.1');
  });
});
