import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executable, findOnPath } from './path.ts';

/** Where packages of Grafana put it: Debian and Fedora, Homebrew on Apple silicon and on Intel, Windows. */
const USUAL = [
  '/usr/share/grafana',
  '/opt/homebrew/share/grafana',
  '/usr/local/share/grafana',
  'C:\\Program Files\\GrafanaLabs\\grafana',
];

/** A Grafana on this computer. */
export interface Grafana {
  readonly command: string;
  /** Its home, with `conf/defaults.ini` and `public/`. */
  readonly home: string;
}

/** Finds Grafana: by GRAFANA_HOME alone if it is set, else on PATH and in the usual places. */
export function findGrafana(env: NodeJS.ProcessEnv, usual = USUAL): Grafana | undefined {
  const onPath = findOnPath('grafana', env);
  const beside = onPath ? [dirname(dirname(realpathSync(onPath)))] : [];
  const homes = env.GRAFANA_HOME ? [env.GRAFANA_HOME] : [...beside, ...usual];
  for (const home of homes) {
    if (!existsSync(join(home, 'conf', 'defaults.ini'))) continue;
    const own = join(home, 'bin', executable('grafana'));
    const command = existsSync(own) ? own : onPath;
    if (command) return { command, home };
  }
  return undefined;
}
