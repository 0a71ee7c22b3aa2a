import { ROOT } from '../programs.ts';
import { COMPONENTS, imagesOf } from '../stack/components.ts';
import { ask, containersOf, findDocker, hasImage, runShown } from '../stack/docker.ts';
import { findOnPath } from '../stack/path.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** What asks a running Alertmanager; the others read its file. */
const ASKS = ['alert', 'silence', 'cluster'];

/** Runs Alertmanager's own tool: in its container, as a program here, or from its image. */
export async function run(
  { ARGS, PORT_9093 }: Values<'amtool'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const words = wordsOf(ARGS);
  const tool = findTool(env);
  if (!tool) {
    console.error(
      `amtool is not here: it comes with Alertmanager. Start it with ${typed('up', { WITH: 'alertmanager' })}, or get it from https://prometheus.io/download/#alertmanager and put its folder on PATH.`,
    );
    return 1;
  }
  const asks = ASKS.includes(words[0] ?? '');
  const url = tool.inside ? 9093 : PORT_9093;
  return runShown(
    tool.command,
    asks ? [`--alertmanager.url=http://localhost:${url}`, ...words] : words,
    env,
  );
}

/** The words of a line, where quotes hold some together. */
export function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** How amtool is called; `inside` says that it is where Alertmanager itself listens. */
function findTool(
  env: NodeJS.ProcessEnv,
): { command: readonly [string, ...string[]]; inside: boolean } | undefined {
  const { engine, compose } = findDocker();
  const all = { ...env, COMPOSE_PROFILES: 'alertmanager' };
  const [id] = engine && compose ? containersOf(compose, 'alertmanager', all) : [];
  if (id && ask('docker', ['inspect', '--format', '{{.State.Running}}', id]).text === 'true') {
    return { command: ['docker', 'exec', id, 'amtool'], inside: true };
  }
  const here = findOnPath('amtool', env);
  if (here) return { command: [here], inside: false };
  const [image] = imagesOf(COMPONENTS.filter(({ name }) => name === 'alertmanager'));
  if (!engine || !image || !hasImage(image)) return undefined;
  const folder = `${ROOT}:/workshop:ro`;
  const options = ['--rm', '--volume', folder, '--workdir', '/workshop', '--entrypoint', 'amtool'];
  return { command: ['docker', 'run', ...options, image], inside: false };
}
