import { COMPONENTS } from '../workshop/stack/components.ts';
import { ask } from '../workshop/stack/docker.ts';
import { startTyped } from '../tests/support/cli.ts';
import { makeSandbox } from '../tests/support/workspace.ts';
import { freePort } from './prometheus.ts';

/** The stack in Docker, from a copy of the repository and on ports of its own. */
export interface Stack {
  readonly folder: string;
  readonly env: Record<string, string>;
  /** The URL that stands for a port of the stack. */
  at(port: number, path?: string): string;
  /** Runs a command in the stack's folder to its end. */
  run(command: string[], env?: Record<string, string>): Promise<string>;
  container(service: string): string;
  remove(): void;
}

export async function makeStack(name: string): Promise<Stack> {
  const { folder, remove } = makeSandbox(name);
  const ports: Record<string, string> = {};
  const usual = [8000, 8001, 8002, 8003, 9090, 3000];
  const added = COMPONENTS.flatMap((component) => component.ports.map((port) => port.usual));
  for (const port of [...usual, ...added]) {
    ports[`PORT_${port}`] = `${await freePort()}`;
  }
  const project = folder.split(/[\\/]/).at(-1)!.toLowerCase();
  const env = { ...ports, COMPOSE_PROJECT_NAME: project, STEP: '', PORT: '', METRICS_PORT: '' };
  return {
    folder,
    env,
    at: (port, path = '') => `http://localhost:${ports[`PORT_${port}`]}${path}`,
    async run([file, ...args], more = {}) {
      const command = startTyped([file!, ...args], folder, { ...env, ...more });
      if ((await command.ended).code !== 0)
        throw new Error(`${file} ${args.join(' ')}:\n${command.output}`);
      return command.output;
    },
    container: (service) =>
      ask('docker', [
        'ps',
        '--all',
        '--quiet',
        '--filter',
        `label=com.docker.compose.project=${project}`,
        '--filter',
        `label=com.docker.compose.service=${service}`,
      ]).text,
    remove,
  };
}
