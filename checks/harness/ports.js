// Plain JavaScript, as launch.js: it runs before anything is loaded that reads TypeScript.
import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves, which clients take for their own end. */
const FIRST = 20_000;
const BLOCK = 100;
const BLOCKS = 120;

/**
 * Ports that are free, and that stay so until a program has started on them: this process holds
 * the first port of a block, and gives the others of that block in turn. Two checks at the same
 * time would otherwise meet on one port now and then, and judge each other's program.
 * @param {number} count fewer than a hundred
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  block ??= holdBlock();
  const first = await block;
  /** @type {number[]} */
  const found = [];
  while (found.length < count) {
    const port = first + 1 + (given++ % (BLOCK - 1));
    const server = await listen(port);
    if (!server) continue;
    await new Promise((resolve) => server.close(resolve));
    found.push(port);
  }
  return found;
}

/** @type {Promise<number> | undefined} */
let block;
let given = 0;

async function holdBlock() {
  for (;;) {
    const first = FIRST + BLOCK * Math.floor(Math.random() * BLOCKS);
    const server = await listen(first);
    if (!server) continue;
    server.unref();
    return first;
  }
}

/** @param {number} port */
function listen(port) {
  const server = createServer();
  return /** @type {Promise<typeof server | undefined>} */ (
    new Promise((resolve) => {
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => resolve(server));
    })
  );
}
