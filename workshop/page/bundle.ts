import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Route } from './server.ts';

const CLIENT = fileURLToPath(new URL('client', import.meta.url));
const TYPES = { css: 'text/css', js: 'text/javascript' };

/**
 * Puts together what the browser runs, in `.workshop/page/` of `root`.
 * @returns the routes to it: these files and no others
 * @throws {Error} if it cannot be built or written
 */
export function bundle(root: string): Route[] {
  const folder = join(root, '.workshop', 'page');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // One call of its program, and no service that waits for more.
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: ['main.ts', 'style.css'].map((name) => join(CLIENT, name)),
    outdir: folder,
    bundle: true,
    format: 'esm',
    // What is imported late comes late.
    splitting: true,
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    logLevel: 'silent',
    metafile: true,
  });
  return Object.keys(metafile.outputs).map((path) => {
    const name = basename(path);
    const type = TYPES[name.split('.').at(-1) as keyof typeof TYPES];
    return {
      method: 'GET',
      path: `/page/${name}`,
      handle: async () => ({ type, body: await readFile(join(folder, name)) }),
    };
  });
}
