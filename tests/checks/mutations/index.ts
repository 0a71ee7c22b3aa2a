import { existsSync } from 'node:fs';
import { STEPS } from '../../support/steps.ts';
import type { Mutation } from '../copies.ts';

/** The mistakes of every step, in order: those of step N are `mutations[N - 1]`, from `NN.ts`. */
export const mutations: readonly (readonly Mutation[])[] = await Promise.all(
  STEPS.map(async (name) => {
    const file = `./${name.slice(0, 2)}.ts`;
    return existsSync(new URL(file, import.meta.url)) ? (await import(file)).mutations : [];
  }),
);
