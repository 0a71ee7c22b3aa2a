import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { learn } from '../../workshop/commands/learn.ts';
import { captured, refusal } from '../support/cli.ts';
import { temporaryFolder } from '../support/workspace.ts';

const NO_PORTS = { PORT_8070: 0, PORT_8000: 1, PORT_8001: 1, PORT_9090: 1, PORT_9095: 1 };

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
