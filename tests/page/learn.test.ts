import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { learn } from '../../workshop/commands/learn.ts';
import { ROOT } from '../../workshop/programs.ts';
import { captured, refusal, startTyped } from '../support/cli.ts';
import { temporaryFolder } from '../support/workspace.ts';

const NO_PORTS = { PORT_8070: 0, PORT_8000: 1, PORT_8001: 1, PORT_9090: 1, PORT_9095: 1 };

test('learn says where the page is, serves what it needs, and ends with Ctrl-C', async () => {
  const line = [process.execPath, join(ROOT, 'workshop/run.js'), 'learn'] as const;
  const command = startTyped(line, ROOT, { PORT_8070: '0' });
  onTestFinished(() => command.signal('SIGKILL'));
  await command.says('Ctrl-C ends it.');
  const url = /http:\/\/localhost:\d+/.exec(command.output)![0];
  const page = await (await fetch(url)).text();
  expect(page).toContain('Tree Counter: the class</h1>');
  const files = [...page.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map(([, path]) => path!);
  expect(files).toEqual(['/page/style.css', '/page/main.js']);
  for (const path of files) {
    const answer = await fetch(url + path);
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/(css|javascript)/);
    expect((await answer.text()).length).toBeGreaterThan(1000);
  }
  // Nothing else of the folder that it is made of, nor of the repository.
  for (const path of ['/page/', '/page/main.ts', '/.workshop/check.json', '/package.json']) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
  const open = await fetch(`${url}/events`);
  expect(open.status).toBe(200);
  command.signal('SIGINT');
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
  await expect(fetch(url)).rejects.toThrow();
});

test('a taken port, no text, and a page that cannot be built end it with what to type', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const root = await temporaryFolder();
  const env = { MAKELEVEL: '1' };
  const tried = (values = NO_PORTS) => captured(env, () => learn(root, values, {}));

  const taken = await tried({ ...NO_PORTS, PORT_8070: port });
  expect(taken).toMatchObject({ code: 1, stdout: '' });
  expect(taken.stderr).toMatch(
    new RegExp(`^Port ${port} is held by .*: make learn PORT_8070=\\d+\n$`),
  );

  const missing = await tried();
  expect(missing.code).toBe(1);
  expect(missing.stderr).toBe(
    'WORKSHOP.md is missing. Get it back with: git restore WORKSHOP.md\n',
  );

  await writeFile(join(root, 'WORKSHOP.md'), '# A\n');
  const broken = await captured(env, () =>
    learn(root, NO_PORTS, {}, () => {
      throw new Error('esbuild is that of another system.\n  at a place');
    }),
  );
  expect(broken.code).toBe(1);
  expect(broken.stderr).toBe(
    'The page could not be put together: esbuild is that of another system.\n' +
      'Install the packages anew with npm ci, then type: make learn\n',
  );

  expect(await refusal(['learn', 'PORT_8070=x'], env)).toMatch(/PORT_8070[^]*make learn/);
});
