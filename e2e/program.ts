import { startProgram, untilListening, type ProgramProcess } from '../checks/harness/program.ts';
import { hasMetricsPort, stepNames } from '../workshop/programs.ts';

/** A step that runs. */
export interface RunningStep {
  readonly process: ProgramProcess;
  /** Where visitors go. */
  readonly url: string;
  /** Where Prometheus asks, host and port. */
  readonly target: string;
}

/**
 * Starts a step and waits until it listens.
 * @param port for its metrics; any free one by default
 */
export async function startStep(
  step: number,
  { port = 0, env = {} }: { port?: number; env?: Record<string, string> } = {},
): Promise<RunningStep> {
  const entry = `steps/${stepNames()[step - 1]}/server.ts`;
  const two = hasMetricsPort({ entry });
  const ports = { [two ? 'METRICS_PORT' : 'PORT']: `${port}`, ...(two && { PORT: '0' }) };
  const process = startProgram({ entry, env: { ...ports, ...env } });
  try {
    const urls = await untilListening(process, two ? 2 : 1, 60_000);
    return { process, url: urls[0]!, target: new URL(urls.at(-1)!).host };
  } catch (error) {
    await process.stop();
    throw error;
  }
}
