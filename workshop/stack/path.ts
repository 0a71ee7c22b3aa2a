import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program's name as this system has it. */
export function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** Finds a program on PATH; undefined if it is not there. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return allOnPath(name, env)[0];
}

/** Finds all programs of a name on PATH, the first one first. */
export function allOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const path = Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? '';
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, executable(name)))
    .filter((file) => existsSync(file));
}
