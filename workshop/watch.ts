import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls `changed` after files in `folders` have changed, once they rest. It looks instead of being
 * told: file events do not cross the mounts of many containers and network drives.
 * @param everyMs how often to look, in milliseconds
 * @returns a function that ends the watch
 */
export function watch(folders: string[], changed: () => void, everyMs = 60): () => void {
  let handled = look(folders);
  let seen = handled;
  const timer = setInterval(() => {
    const now = look(folders);
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
function look(folders: string[]): string {
  const lines: string[] = [];
  const visit = (folder: string) => {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          visit(path);
        } else {
          const { mtimeMs, size } = statSync(path);
          lines.push(`${path} ${mtimeMs} ${size}`);
        }
      }
    } catch {
      // Gone while it was looked at: the next look tells.
    }
  };
  folders.forEach(visit);
  return lines.join('\n');
}
