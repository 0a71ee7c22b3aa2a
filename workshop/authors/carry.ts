import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listFiles } from '../learner/folders.ts';
import { numberOf, ROOT, stepNames } from '../programs.ts';

/**
 * For authors: `npm run carry -- 05` merges what is changed in a step, against the last commit, into
 * every later one, and what is changed in the first into `app/`. From step to step, since neighbours
 * differ least. What it cannot merge it names, and leaves to the author.
 */
process.exit(carry(process.argv.slice(2)));

function carry(args: readonly string[]): number {
  const names = stepNames();
  const index = names.findIndex((name) => args[0] === name || Number(args[0]) === parseInt(name));
  if (index < 0 || args.length > 1) {
    console.error(`Name one step, with what is changed in it. The steps are:
${names.map((name) => `  ${name}`).join('\n')}
Type for example: npm run carry -- 05`);
    return 2;
  }
  const source = `steps/${names[index]}`;
  if (git('rev-parse', '--verify', '--quiet', 'HEAD').status !== 0) {
    console.error(
      'There is no commit here to compare with: carry takes what is changed since the last one. Begin with: git init && git add . && git commit',
    );
    return 1;
  }
  const files = changedFiles(source);
  if (files.length === 0) {
    console.log(
      `Nothing is changed in ${source} since the last commit. Edit it, then type again: npm run carry -- ${numberOf(names[index]!)}`,
    );
    return 0;
  }

  const later = names.slice(index + 1).map((name) => `steps/${name}`);
  const stuck = files.flatMap((file) => {
    const copy = index === 0 ? follow(file, [source, 'app']) : [];
    return [...copy, ...follow(file, [source, ...later])];
  });
  for (const { path, why, next } of stuck)
    console.error(`\nNot merged: ${path}: ${why}\n  ${next}`);
  if (stuck.length > 0) return 1;
  console.log('\nNext: look at it with git diff, then type: npm test');
  return 0;
}

/** A file that could not be merged, and what its author does now. */
interface Stuck {
  readonly path: string;
  readonly why: string;
  readonly next: string;
}

/** Carries a file from each folder into the next, until it cannot be merged. */
function follow(file: string, folders: readonly string[]): Stuck[] {
  for (const [index, to] of folders.slice(1).entries()) {
    const outcome = merge(file, folders[index]!, to);
    if (typeof outcome !== 'string') return [outcome];
    if (outcome !== 'the same') console.log(`${to}/${file}: ${outcome}`);
  }
  return [];
}

function merge(file: string, from: string, to: string): string | Stuck {
  const path = `${to}/${file}`;
  const base = committed(`${from}/${file}`);
  const [theirs, mine] = [read(`${from}/${file}`), read(path)];
  // What is fixed by hand in this folder goes on from here.
  const folder = to.split('/').at(-1)!;
  const again =
    to === 'app'
      ? 'then look at it: git diff app'
      : `then type: npm run carry -- ${numberOf(folder)}`;
  const stuck = (why: string, fix: string): Stuck => ({ path, why, next: `${fix}, ${again}` });

  if (mine === theirs || base === theirs) return 'the same';
  for (const [where, text] of [
    [`${from}/${file}`, theirs],
    [path, mine],
  ] as const) {
    if (text && /^(<{7}|>{7}) /m.test(text)) {
      const why = `a merge is not finished in ${where}`;
      return stuck(why, `Fix there what stands between <<<<<<< and >>>>>>>`);
    }
  }
  if (base === undefined) {
    if (mine !== undefined) {
      return stuck(`it is new in ${from}, and another one is here`, 'Write the one that is right');
    }
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), theirs!);
    return 'added';
  }
  if (mine === undefined) {
    return stuck(`it is changed in ${from}, and not here`, 'Bring it back if it belongs here');
  }
  if (theirs === undefined) {
    if (mine !== base) {
      return stuck(`it is gone in ${from}, and another one here`, 'Delete it if it shall go');
    }
    rmSync(join(ROOT, path));
    return 'deleted';
  }
  const { text, conflicts } = mergeTexts({ mine, base, theirs }, { from, to });
  writeFileSync(join(ROOT, path), text);
  if (conflicts === 0) return 'merged';
  const places = conflicts === 1 ? 'one place is' : `${conflicts} places are`;
  return stuck(
    `${places} changed there and in ${from}`,
    'Fix what stands between <<<<<<< and >>>>>>>',
  );
}

/** Three texts made one by `git merge-file`, with marks where two of them differ from the third. */
function mergeTexts(
  texts: { mine: string; base: string; theirs: string },
  { from, to }: { from: string; to: string },
): { text: string; conflicts: number } {
  mkdirSync(join(ROOT, '.workshop'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.workshop', 'carry-'));
  try {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
    const labels = [to, `${from} as committed`, from].flatMap((label) => ['-L', label]);
    const paths = ['mine', 'base', 'theirs'].map((name) => join(folder, name));
    const { status, stdout, stderr } = git('merge-file', '-p', ...labels, ...paths);
    // Its exit code is the number of conflicts; beyond this it could not even read them.
    if (status === null || status > 127) throw new Error(`git merge-file: ${stderr}`);
    return { text: stdout, conflicts: status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files of a folder that are changed, new or gone since the last commit. */
function changedFiles(folder: string): string[] {
  const known = git('ls-tree', '-r', '-z', '--name-only', 'HEAD', `${folder}/`).stdout;
  const files = known.split('\0').flatMap((path) => path.split(`${folder}/`)[1] || []);
  return [...new Set([...files, ...listFiles(join(ROOT, folder))])]
    .toSorted()
    .filter((file) => committed(`${folder}/${file}`) !== read(`${folder}/${file}`));
}

/** A file as it is in the last commit; the path is from our root, whatever is around it. */
function committed(path: string): string | undefined {
  const { status, stdout } = git('show', `HEAD:./${path}`);
  return status === 0 ? stdout : undefined;
}

function read(path: string): string | undefined {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function git(...args: string[]) {
  return spawnSync('git', args, { cwd: ROOT, encoding: 'utf8', windowsHide: true });
}
