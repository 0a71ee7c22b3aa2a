import { join } from 'node:path';
import { whoHas, type ProgramPort, type Taken } from './ports.ts';
import { ROOT } from '../programs.ts';
import { typed, type Options } from '../terminal/typed.js';
import type { CommandName } from '../commands.js';

/** The file in which a learner adds targets. */
export const PROMETHEUS_FILE = join(ROOT, 'prometheus.yaml');

/** The port of this computer that stands for a usual one: PORT_9090=19090 moves 9090. */
export function portOf(usual: number, env: NodeJS.ProcessEnv): number {
  return Number(env[`PORT_${usual}`] || usual);
}

/**
 * Says who holds those of `ports` that are taken.
 * @param ports each with the variable that moves it
 * @param options what was typed with the command
 * @param look asks who has one
 * @returns a line for each, with what to do; empty if all are free
 */
export async function takenPorts(
  ports: readonly ProgramPort[],
  command: CommandName,
  options: Options = {},
  look: (port: number) => Promise<Taken | undefined> = whoHas,
): Promise<string[]> {
  const lines = await Promise.all(
    ports.map(async ({ port, variable }) => {
      const taken = await look(port);
      if (!taken) return [];
      return [
        `Port ${port} is ${taken.why}: ${taken.fix}: ${typed(command, { ...options, [variable]: otherPort(port) })}`,
      ];
    }),
  );
  return lines.flat();
}

/** Another port than this one, to be offered in its place. */
export function otherPort(port: number): number {
  return port <= 55_535 ? port + 10_000 : port - 10_000;
}
