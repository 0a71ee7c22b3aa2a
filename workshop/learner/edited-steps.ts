import { execFile } from 'node:child_process';

/**
 * Looks, without holding anybody up, whether someone has edited `steps/` instead of `app/`.
 * @param root the folder of the repository
 * @returns one line that says so and what to do; nothing where all is well, or where git cannot tell
 */
export function editedSteps(root: string): Promise<string | undefined> {
  const args = [
    '--no-optional-locks',
    'status',
    '--porcelain',
    '--no-renames',
    '-z',
    '--',
    'steps',
  ];
  return new Promise((resolve) => {
    execFile('git', args, { cwd: root, windowsHide: true }, (error, stdout) => {
      resolve(error ? undefined : describe(stdout.split('\0')));
    });
  });
}

/** @param entries lines of `git status`, such as ` M steps/05-gauges/server.ts` */
function describe(entries: string[]): string | undefined {
  // The path is from the root of a repository that may be around ours. Where it does not know our
  // steps at all, it names no file, but the whole folder.
  const edits = entries.flatMap((entry) => {
    const [, state, path] = /^(..) (?:.*\/)?(steps\/\d\d-[^/]+\/.*[^/])$/.exec(entry) ?? [];
    return path ? [{ state, path }] : [];
  });
  const [first, ...others] = edits;
  if (!first) return undefined;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  const own = `app/${first.path.split('/').slice(2).join('/')}`;
  const moved = `but your program is app/: move the edit to ${own}, and`;
  if (first.state === '??') return `${first.path}${more} is new, ${moved} delete it in steps/.`;
  const undo = first.state!.startsWith(' ') ? 'git restore steps' : 'git checkout HEAD steps';
  return `${first.path}${more} is edited, ${moved} undo it in steps/ with: ${undo}`;
}
