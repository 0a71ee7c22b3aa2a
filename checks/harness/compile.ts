import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A compiler that takes longer is no help any more, in milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * What the type checker says of a program's folder: `app/server.ts(12,3): error TS…`, a line each.
 * Programs run whatever it says, since TypeScript's types are cut out before.
 * @param entry the program's file, from the root or absolute
 * @param signal ends it
 * @returns nothing where all is well, or where the type checker cannot run
 */
export function typeErrors(entry: string, signal?: AbortSignal): Promise<string[]> {
  const folder = dirname(resolve(ROOT, entry));
  const own = join(ROOT, '.workshop', 'types');
  mkdirSync(own, { recursive: true });
  // Each folder has a file of its own: several can be looked at side by side.
  const name = relative(ROOT, folder).replaceAll(/[^a-zA-Z0-9]+/g, '-');
  const project = join(own, `tsconfig.${name}.json`);
  const from = (path: string) => relative(own, path).replaceAll('\\', '/');
  const options = { extends: from(join(ROOT, 'tsconfig.json')), include: [from(folder)] };
  writeFileSync(project, JSON.stringify(options));
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const args = [join(dirname(compiler), 'bin/tsc'), '--project', project, '--pretty', 'false'];
  return new Promise((done) => {
    const how = { cwd: ROOT, timeout: PATIENCE_MS, signal };
    execFile(process.execPath, args, how, (_, stdout) => {
      const start = relative(ROOT, folder).replaceAll('\\', '/');
      done(stdout.split(/\r?\n/).filter((line) => line.startsWith(`${start}/`)));
    });
  });
}
