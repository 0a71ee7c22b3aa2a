import { join } from 'node:path';
import { ROOT } from '../../workshop/programs.ts';
import { supervise } from '../../workshop/program/supervise.ts';

/** Supervises the program in the folder SUPERVISED, as `dev` does with `app/`. */
const folder = process.env.SUPERVISED!;
process.exit(
  await supervise({ entry: join(ROOT, folder, 'server.ts'), watched: [folder], env: process.env }),
);
