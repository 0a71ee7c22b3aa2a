import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workshop/programs.ts';

/** What the stack runs from. */
const PARTS = [
  '.dockerignore',
  '.npmrc',
  'Dockerfile',
  'alerts.yaml',
  'app',
  'checks',
  'docker-compose.yaml',
  'forest',
  'grafana',
  'package-lock.json',
  'package.json',
  'prometheus.yaml',
  'steps',
  'tsconfig.json',
  'workshop',
];

/**
 * Copies what the stack runs from, so that a test can save files without touching a learner's.
 * @returns the folder, and a function that takes it away
 */
export function makeSandbox(name: string): { folder: string; remove: () => void } {
  const parent = join(ROOT, '.workshop');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  // Containers run as other users, who must be able to read it.
  chmodSync(folder, 0o755);
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
