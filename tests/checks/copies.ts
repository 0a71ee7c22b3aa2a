import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { STEPS } from '../support/steps.ts';
import { compiledName, compileText } from '../support/compiled.ts';
import { listFiles } from '../../workshop/learner/folders.ts';

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
export const folderOf = (step: number) => `steps/${STEPS[step - 1]}`;

/**
 * Makes a folder of its own: within the root, so that #forest is found.
 * @returns the folder, from the root, and how to remove it
 */
export function makeFolder(parent = '.workshop'): { folder: string; remove: () => void } {
  mkdirSync(join(ROOT, parent), { recursive: true });
  const path = mkdtempSync(join(ROOT, parent, 'app-'));
  return {
    folder: path.slice(ROOT.length),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** How a copy is started: with tsx, or compiled beforehand, which is quicker by far. */
export interface Copy {
  readonly entry: string;
  readonly nodeArgs?: readonly string[];
}

/** Runs `use` with a compiled copy of a program, edited, which needs no tsx. */
export async function withCompiled<Result>(
  source: string,
  mutation: Omit<Mutation, 'hint'>,
  use: (copy: Copy) => Promise<Result>,
): Promise<Result> {
  const texts = textsOf(source, mutation);
  return withFolder(compiledRoot(), async (folder) => {
    for (const [file, { text, edited }] of texts) {
      // What is not edited was compiled for all tests, if it is of a step.
      const compiled = join(ROOT, compiledRoot(), source, compiledName(file));
      const target = join(ROOT, folder, compiledName(file));
      mkdirSync(dirname(target), { recursive: true });
      if (!file.endsWith('.ts')) writeFileSync(target, text);
      else if (!edited && existsSync(compiled)) copyFileSync(compiled, target);
      else writeFileSync(target, await compileText(join(ROOT, source, file), text));
    }
    const entry = ['server.ts', 'job.ts', 'exporter.ts'].find((file) => texts.has(file))!;
    return use({ entry: `${folder}/${compiledName(entry)}`, nodeArgs: [] });
  });
}

/** A step compiled, as it is. */
export function compiledStep(step: number): Copy {
  return { entry: `${compiledRoot()}/${folderOf(step)}/server.js`, nodeArgs: [] };
}

/** Runs `use` with a mutated copy of a step. */
export async function withMutation<Result>(
  step: number,
  mutation: Omit<Mutation, 'hint'>,
  use: (copy: Copy) => Promise<Result>,
): Promise<Result> {
  const texts = textsOf(folderOf(step), mutation);
  return withFolder('.workshop', (folder) => {
    for (const [file, { text }] of texts) writeFileSync(join(ROOT, folder, file), text);
    return use({ entry: `${folder}/server.ts` });
  });
}

/** The same, compiled. */
export async function withCompiledMutation<Result>(
  step: number,
  mutation: Omit<Mutation, 'hint'>,
  use: (copy: Copy) => Promise<Result>,
): Promise<Result> {
  return withCompiled(folderOf(step), mutation, use);
}

/** The files of a program with a mutation made in them, each with whether it differs. */
function textsOf(
  source: string,
  { edits, files = {} }: Omit<Mutation, 'hint'>,
): Map<string, { text: string; edited: boolean }> {
  const texts = new Map<string, { text: string; edited: boolean }>();
  for (const file of listFiles(join(ROOT, source))) {
    texts.set(file, { text: readFileSync(join(ROOT, source, file), 'utf8'), edited: false });
  }
  for (const [file, search, replacement] of edits) {
    const parts = texts.get(file)?.text.split(search) ?? [];
    if (parts.length !== 2) {
      throw new Error(`${file} of ${source} holds this ${parts.length - 1} times: ${search}`);
    }
    texts.set(file, { text: parts.join(replacement), edited: true });
  }
  for (const [file, text] of Object.entries(files)) texts.set(file, { text, edited: true });
  return texts;
}

async function withFolder<Result>(
  parent: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const { folder, remove } = makeFolder(parent);
  try {
    return await use(folder);
  } finally {
    remove();
  }
}

function compiledRoot(): string {
  const folder = inject('compiled');
  if (!folder) throw new Error('This project compiles nothing: see vitest.config.ts.');
  return folder;
}

/** For tests that share the machine with many others. */
export const PATIENT = { startMs: 60_000, answerMs: 20_000 };
