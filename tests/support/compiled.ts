import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { transformWithEsbuild } from 'vite';
import type { TestProject } from 'vitest/node';
import { copyFiles } from '../../workshop/learner/folders.ts';
import { ROOT } from '../../workshop/programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the steps and the forest stand as JavaScript, from the root; not in every project. */
    compiled?: string;
  }
}

/**
 * Compiles the steps and the forest once for all tests of a project: what Node runs without tsx
 * starts in a third of the time, and there are hundreds of starts.
 * @returns what takes the folder away again
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const parent = join(ROOT, '.workshop');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'compiled-'));
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const imports = { '#forest': './forest/index.js' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version, type: 'module', imports }));
  for (const part of ['forest', 'steps', 'exercises']) {
    copyFiles(join(ROOT, part), join(folder, part));
    await compile(join(folder, part));
  }
  await bundleLibrary(join(folder, 'node_modules/prom-client'));
  project.provide('compiled', folder.slice(ROOT.length));
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Puts prom-client into one file: its many take a third of the time of a start that is compiled. */
async function bundleLibrary(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const require = createRequire(join(ROOT, 'package.json'));
  const names = Object.keys(require('prom-client')).join(', ');
  const contents = `import lib from 'prom-client';\nexport const { ${names} } = lib;\nexport default lib;`;
  // The one that vite has, for transformWithEsbuild.
  const { build } = createRequire(require.resolve('vite'))('esbuild') as typeof import('esbuild');
  await build({
    stdin: { contents, resolveDir: ROOT },
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // What it requires of Node's own.
    banner: {
      js: `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);`,
    },
  });
  const library = { name: 'prom-client', type: 'module', exports: './index.js' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(library));
}

/** Replaces each TypeScript file in a folder and those below by the JavaScript that it says. */
export async function compile(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  await Promise.all(
    files
      .filter((file) => file.endsWith('.ts'))
      .map(async (file) => {
        const path = join(folder, file);
        writeFileSync(compiledName(path), await compileText(path, readFileSync(path, 'utf8')));
        rmSync(path);
      }),
  );
}

/** The name of the JavaScript file of a TypeScript file. */
export const compiledName = (file: string) => file.replace(/\.ts$/, '.js');

/** The JavaScript that a TypeScript file says. */
export async function compileText(path: string, text: string): Promise<string> {
  const { code } = await transformWithEsbuild(text, path, { target: 'node20' });
  return code.replaceAll(/(from|import) "(\.[^"]+)\.ts"/g, '$1 "$2.js"');
}
