// Plain JavaScript: it runs before the packages are there that run TypeScript.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Installs what package-lock.json names, unless it is there already. A learner's commands take only
 * the packages that they need; those of authors come with `all`, and stay once they are there.
 * @param {{ all: boolean, again: string }} options `again` is what to type again after a failure
 */
export function install({ all, again }) {
  const wanted = packages('package-lock.json');
  const present = packages('node_modules/.package-lock.json');
  const lacks = (/** @type {boolean} */ dev) =>
    Object.entries(wanted).some(
      ([path, { version, optional, dev: isDev = false }]) =>
        path !== '' && !optional && isDev === dev && present[path]?.version !== version,
    );
  if (!lacks(false) && !(all && lacks(true))) return;

  const keepsAll = all || Object.values(present).some(({ dev }) => dev);
  const omit = keepsAll ? [] : ['--omit=dev'];
  // `npm ci` begins by taking all away: where a program may run, npm only adds what is missing.
  const how = Object.keys(present).length > 0 ? ['install', '--no-save'] : ['ci'];
  console.log(`Installing packages (npm ${how[0]}), this once…`);
  const { status } = npm(...how, '--prefer-offline', '--no-audit', '--no-fund', ...omit);
  if (status === 0) return;
  console.error(
    `The packages could not be installed: look at the lines above, check your network, then type: ${again}`,
  );
  process.exit(1);
}

/** @returns {Record<string, { version?: string, dev?: boolean, optional?: boolean }>} */
function packages(/** @type {string} */ lockFile) {
  try {
    return JSON.parse(readFileSync(new URL(`../${lockFile}`, import.meta.url), 'utf8')).packages;
  } catch {
    return {};
  }
}

/**
 * Runs npm in the root, with its output on the screen.
 * @param {string[]} args without spaces: on Windows they go through a shell, which splits there
 */
function npm(...args) {
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };
  // Under `npm run`, npm tells where it is; elsewhere it is on PATH, on Windows as a script.
  const { npm_execpath } = process.env;
  return npm_execpath?.endsWith('.js')
    ? spawnSync(process.execPath, [npm_execpath, ...args], options)
    : spawnSync(['npm', ...args].join(' '), { ...options, shell: true });
}
