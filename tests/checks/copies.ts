import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithEsbuild } from 'vite';
import { chapters } from '../../checks/chapters.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Replaces `search`, which stands once in `file`, by `replacement`. */
export type Edit = readonly [file: string, search: string, replacement: string];

/** A realistic mistake, made in the code of a step. */
export interface Mutation {
  /** The hint that must be the first and only one. */
  readonly hint: string;
  readonly edits: readonly Edit[];
  /** Files that are added or replaced, with their whole text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes a mutation. */
export const mutation = (hint: string, ...edits: Edit[]): Mutation => ({ hint, edits });

/** The folder of a step, from the root. */
export const folderOf = (step: number) => `steps/${chapters[step - 1]!.slug}`;

/**
 * Makes a folder of its own under .workshop/: within the root, so that #forest is found.
 * @returns the folder, from the root, and how to remove it
 */
export function makeFolder(): { folder: string; remove: () => void } {
  const parent = join(ROOT, '.workshop', 'gate');
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'app-'));
  return {
    folder: path.slice(ROOT.length),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

let compiled: Promise<string> | undefined;

/**
 * Compiles what a copy needs, once: a program that Node runs without tsx starts in a third of the
 * time, and there are hundreds to start.
 * @returns the folder for compiled copies, from the root
 */
function compiledParent(): Promise<string> {
  compiled ??= (async () => {
    const { folder } = makeFolder();
    const to = join(ROOT, folder);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const imports = { '#forest': './forest/index.js' };
    writeFileSync(join(to, 'package.json'), JSON.stringify({ version, type: 'module', imports }));
    cpSync(join(ROOT, 'forest'), join(to, 'forest'), { recursive: true });
    await compileFolder(join(to, 'forest'));
    process.once('exit', () => rmSync(to, { recursive: true, force: true }));
    return folder;
  })();
  return compiled;
}

async function compileFolder(folder: string): Promise<void> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  for (const file of files) {
    const path = join(folder, file);
    const { code } = await transformWithEsbuild(readFileSync(path, 'utf8'), path, {
      target: 'node20',
    });
    const js = code.replaceAll(/(from|import) "(\.[^"]+)\.ts"/g, '$1 "$2.js"');
    writeFileSync(path.replace(/\.ts$/, '.js'), js);
    rmSync(path);
  }
}

/** Runs `use` with the server.js of a mutated copy of a step that needs no tsx. */
export async function withCompiledMutation<Result>(
  step: number,
  mutation: Omit<Mutation, 'hint'>,
  use: (entry: string) => Promise<Result>,
): Promise<Result> {
  const parent = await compiledParent();
  return withMutation(step, mutation, async (entry) => {
    const folder = join(ROOT, parent, basename(dirname(entry)));
    renameSync(join(ROOT, dirname(entry)), folder);
    try {
      await compileFolder(folder);
      return await use(`${parent}/${basename(folder)}/server.js`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Runs `use` with the server.ts of a mutated copy of a step. */
export async function withMutation<Result>(
  step: number,
  { edits, files = {} }: Omit<Mutation, 'hint'>,
  use: (entry: string) => Promise<Result>,
): Promise<Result> {
  const { folder, remove } = makeFolder();
  try {
    cpSync(join(ROOT, folderOf(step)), join(ROOT, folder), { recursive: true });
    for (const [file, search, replacement] of edits) {
      const path = join(ROOT, folder, file);
      const parts = readFileSync(path, 'utf8').split(search);
      if (parts.length !== 2) {
        throw new Error(`${file} of step ${step} holds this ${parts.length - 1} times: ${search}`);
      }
      writeFileSync(path, parts.join(replacement));
    }
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(ROOT, folder, file), text);
    }
    return await use(`${folder}/server.ts`);
  } finally {
    remove();
  }
}

/** For tests that share the machine with many others. */
export const PATIENT = { startMs: 60_000, answerMs: 20_000 };
