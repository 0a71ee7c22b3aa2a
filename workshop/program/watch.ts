import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls `changed` after files have changed, once they rest; `paths` names files, or folders whole. It looks instead of being
 * told: file events do not cross the mounts of many containers and network drives.
 * @param everyMs how often to look, in milliseconds
 * @returns a function that ends the watch
 */
export function watch(paths: string[], changed: () => void, everyMs = 60): () => void {
  let handled = look(paths);
  let seen = handled;
  const timer = setInterval(() => {
    const now = look(paths);
    // Half of a file is no news yet: wait until two looks agree.
    if (now !== handled && now === seen) {
      handled = now;
      changed();
    }
    seen = now;
  }, everyMs);
  return () => clearInterval(timer);
}

/** All files with their times and sizes, as one text to compare. */
function look(paths: string[]): string {
  const lines: string[] = [];
  const visit = (path: string) => {
    try {
      const stats = statSync(path);
      if (!stats.isDirectory()) {
        lines.push(`${path} ${stats.mtimeMs} ${stats.size}`);
        return;
      }
      for (const name of readdirSync(path)) {
        if (name !== 'node_modules' && !name.startsWith('.')) visit(join(path, name));
      }
    } catch {
      // Gone while it was looked at: the next look tells.
    }
  };
  paths.forEach(visit);
  return lines.join('\n');
}
