import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type Family } from '../../checks/harness/exposition.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { runStep, STEPS, stepsFrom } from '../support/steps.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PURGE', 'PROPFIND'];

/** The series of the program's own: default metrics come and go. */
const ownSeries = (families: Family[]) =>
  families
    .filter(({ name }) => !/^(nodejs|process)_/.test(name))
    .flatMap(({ samples }) => samples.map(({ name, labels }) => name + JSON.stringify(labels)));

/** Sends all requests over one connection, some at a time, and waits for all answers. */
function pipeline(url: string, lines: string[], atOnce = 100): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let sent = 0;
    let answered = 0;
    let tail = '';
    const next = () => {
      const batch = lines.slice(sent, sent + atOnce);
      sent += batch.length;
      socket.write(batch.map((line) => `${line} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    };
    socket
      .setEncoding('latin1')
      .on('error', reject)
      .on('data', (data: string) => {
        const text = tail + data;
        answered += text.split('HTTP/1.1 ').length - 1;
        tail = text.slice(-8);
        if (answered < sent) return;
        if (sent < lines.length) return next();
        socket.destroy();
        resolve();
      });
    next();
  });
}

/** Under CI as many as a scanner sends in an evening; what one of them adds shows sooner. */
const ODD = process.env.CI ? 10_000 : 1000;

/** The first with labels, and the last, which has all metrics; the others are tried under CI. */
const NEW = ['04-labels', STEPS.at(-1)!];

test.for(stepsFrom(3))(`%s: ${ODD} odd requests add no series`, async (name, context) => {
  if (!NEW.includes(name)) onlyUnderCI(context);
  const step = await runStep(name);
  await pipeline(
    step.url,
    METHODS.map((method) => `${method} /unknown`),
  );
  const before = ownSeries(await step.scrape());
  expect(before.length).toBeGreaterThan(0);
  await pipeline(
    step.url,
    Array.from({ length: ODD }, (_, i) =>
      i % 5 === 0
        ? `POST /${i % 2 ? 'plant' : 'fell'}?species=tree-${i}`
        : `${METHODS[i % METHODS.length]} /${i.toString(36)}/${i}?${i}`,
    ),
  );
  expect(ownSeries(await step.scrape())).toEqual(before);
});

test('what is answered is not kept until the long turn of the garbage collector', async (context) => {
  onlyUnderCI(context);
  const step = await runStep('01-bare-handler', {}, { nodeArgs: ['--trace-gc'] });
  const visitor = () => pipeline(step.url, Array<string>(1000).fill('GET /treecounter'), 1);
  await Promise.all(Array.from({ length: 20 }, visitor));
  // Such as: 1304 ms: Scavenge 24.4 (34.9) -> 19.6 (51.9) MB
  const lines = step.program.stdout.matchAll(/Scavenge [\d.]+ \([\d.]+\) -> ([\d.]+) /g);
  const survived = [...lines].map(([, megabytes]) => Number(megabytes));
  expect(survived.length).toBeGreaterThan(5);
  expect(Math.max(...survived) - survived[0]!).toBeLessThan(10);
});
