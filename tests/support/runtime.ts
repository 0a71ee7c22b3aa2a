import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What the steps run on: set by each project in vitest.config.ts. */
    runtime: { node: string; nodeArgs: string[] };
  }
}

/** The Node and the arguments that the steps run with in this project. */
export const runtime = inject('runtime');
