import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Route } from './server.ts';

const CLIENT = fileURLToPath(new URL('client', import.meta.url));
const TYPES = { css: 'text/css', js: 'text/javascript' };

/**
 * Puts together what the browser runs, from `client/`. It stays in memory: two pages at once, or one
 * that is older than the code, do not take each other's files away.
 * @returns the routes to it: these files and no others
 * @throws {Error} if it cannot be built
 */
export function bundle(): Route[] {
  // One call of its program, and no service that waits for more.
  const { outputFiles } = buildSync({
    entryPoints: ['main.ts', 'style.css'].map((name) => join(CLIENT, name)),
    outdir: CLIENT,
    write: false,
    bundle: true,
    format: 'esm',
    // What is imported late comes late.
    splitting: true,
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, contents: body }) => {
    const name = basename(path);
    const type = TYPES[name.split('.').at(-1) as keyof typeof TYPES];
    return { method: 'GET', path: `/page/${name}`, handle: () => ({ type, body }) };
  });
}
