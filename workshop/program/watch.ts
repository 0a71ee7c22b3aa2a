import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What has changed is looked at again after this time, in milliseconds: half of a file is no news yet. */
const SETTLE_MS = 40;

/** Looking takes at most this share of the time: over a container's mount each file takes its time. */
const SHARE = 1 / 20;

/** The longest time between two looks, in milliseconds, however long each takes. */
const MOST_MS = 1000;

/**
 * Calls `changed` after files have changed, once they rest; `paths` names files, or folders whole. It looks instead of being
 * told: file events do not cross the mounts of many containers and network drives.
 * @param everyMs how often to look, in milliseconds; less often where looking takes long
 * @param ignored which files to leave out, by their paths
 * @returns a function that ends the watch
 */
export function watch(
  paths: string[],
  changed: () => void,
  everyMs = 100,
  ignored?: RegExp,
): () => void {
  let handled = look(paths, ignored);
  let seen = handled;
  let tookMs = 0;
  let timer = setTimeout(lookAgain, everyMs);
  function lookAgain() {
    const start = performance.now();
    const now = look(paths, ignored);
    const before = tookMs;
    tookMs = performance.now() - start;
    const rests = now === seen;
    seen = now;
    // Of two looks the quicker: one alone can be slow because the computer is busy.
    const rest = Math.max(everyMs, Math.min(MOST_MS, Math.min(before, tookMs) / SHARE));
    const pause = rests ? rest : SETTLE_MS;
    timer = setTimeout(lookAgain, pause);
    if (!rests || now === handled) return;
    handled = now;
    changed();
  }
  return () => clearTimeout(timer);
}

/** All files with their times and sizes, as one text to compare. */
function look(paths: string[], ignored?: RegExp): string {
  const lines: string[] = [];
  const visit = (path: string, isFolder: boolean) => {
    try {
      if (!isFolder) {
        const stats = statSync(path);
        if (stats.isDirectory()) visit(path, true);
        else if (!ignored?.test(path)) lines.push(`${path} ${stats.mtimeMs} ${stats.size}`);
        return;
      }
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const { name } = entry;
        if (name === 'node_modules' || name.startsWith('.')) continue;
        visit(join(path, name), entry.isDirectory());
      }
    } catch {
      // Gone while it was looked at: the next look tells.
    }
  };
  paths.forEach((path) => visit(path, false));
  return lines.join('\n');
}
