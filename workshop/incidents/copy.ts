import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, stepNames } from '../programs.ts';
import type { Edit, Incident } from './list.ts';

/** The step whose program an incident happens to. */
const STEP = 10;

/** What the faulty program ends with to be brought back; nothing else is. */
const AGAIN = 75;

export interface CopyOptions {
  /** When the fault begins, in milliseconds since 1970. */
  readonly onset: number;
  /** Where it listens, for visitors and for Prometheus. */
  readonly port: number;
  /** Shortens the times of the fault: 1 in class. */
  readonly pace?: number;
}

/**
 * Its start. The process that runs is one that starts the program and brings it back, as an
 * orchestrator does: the same in all incidents, so that it tells none.
 */
const KEEPER = `import { fork, type ChildProcess } from 'node:child_process';

let stopping = false;
let program: ChildProcess;

function start(output: 'inherit' | 'ignore') {
  program = fork(new URL('program.ts', import.meta.url), { stdio: ['ignore', output, output, 'ipc'] });
  program.once('exit', (code) => {
    if (stopping || code !== ${AGAIN}) process.exit(code ?? 1);
    start('ignore');
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping = true;
    if (program.connected) program.disconnect();
  });
}
start('inherit');
`;

/**
 * What every incident has: the stack's own settings for the registry would hide a fault or be one,
 * and who has started the program ends it by leaving, on Windows, too.
 */
function common({ onset, port, pace = 1 }: CopyOptions): Edit[] {
  const settings = `const settings = {
  ...readSettings({ PORT: ${port} }),
  PORT: ${port},
  REGISTRY_DELAY_MS: 1000,
  REGISTRY_ERROR_RATE: 0.15,
  SEED: undefined,
};
const AGAIN = ${AGAIN};
const onset = ${onset};
const pace = ${pace};
const begun = () => Date.now() >= onset;
void [AGAIN, pace, begun];
process.once('disconnect', () => process.emit('SIGTERM', 'SIGTERM'));
process.channel?.unref();`;
  return [
    { file: 'server.ts', from: 'const settings = readSettings({ PORT: 8001 });', to: settings },
  ];
}

/**
 * The files of the program with a fault, by their names; the file to start is `server.ts`.
 * @throws {Error} if an edit does not apply to the step any more
 */
export function faultyFiles(
  { edits }: Pick<Incident, 'edits'>,
  options: CopyOptions,
): Record<string, string> {
  const folder = join(ROOT, 'steps', stepNames()[STEP - 1]!);
  const texts = readdirSync(folder).map((name) => [
    name,
    readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n'),
  ]);
  const files: Record<string, string> = Object.fromEntries(texts);
  for (const { file, from, to } of [...common(options), ...edits]) {
    const parts = files[file]!.split(from);
    if (parts.length !== 2) {
      throw new Error(`${parts.length - 1} places in ${file} match, not one: ${from}`);
    }
    files[file] = parts.join(to);
  }
  const { 'server.ts': program = '', ...rest } = files;
  return { ...rest, 'program.ts': program, 'server.ts': KEEPER };
}

/** Writes the program with a fault into a folder, over the one before: a container may have mounted it. */
export function writeFaulty(
  folder: string,
  incident: Pick<Incident, 'edits'>,
  options: CopyOptions,
): void {
  const files = faultyFiles(incident, options);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
