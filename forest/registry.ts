import { setImmediate, setTimeout } from 'node:timers/promises';
import { createRandom, type Random } from './random.ts';
import type { Settings } from './settings.ts';

/** The kinds of tree that can be planted. */
export const SPECIES = ['oak', 'beech', 'pine'] as const;
export type Species = (typeof SPECIES)[number];

/** Says whether `value` names a kind of tree that can be planted. */
export function isSpecies(value: unknown): value is Species {
  return SPECIES.includes(value as Species);
}

/** One tree that stands. */
export interface Tree {
  readonly plantedAt: Date;
}

/** The registry did not answer: its fault, and neither the visitor's nor the program's. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** The register of all trees. It stands for an API on another machine: slow, and down now and then. */
export interface TreeRegistry {
  /** The trees that stand now, a list for each species. */
  readonly trees: Readonly<Record<Species, readonly Tree[]>>;
  /**
   * Asks how many trees stand. Takes from 0 to REGISTRY_DELAY_MS.
   * @throws {RegistryError} as often as REGISTRY_ERROR_RATE says
   */
  countTrees(): Promise<number>;
  /** Plants a tree. Returns the donation that came in with it, in euros: never a whole number. */
  plant(species: Species): number;
  /** Fells the youngest tree of a species; false when none stands. */
  fell(species: Species): boolean;
  /** Asks again until the registry has answered once. */
  ready(): Promise<void>;
}

const RETRY_MS = 100;

/** Makes an empty registry that is as slow and as unreliable as the settings say. */
export function createRegistry(settings: Settings): TreeRegistry {
  const trees: Record<Species, Tree[]> = { oak: [], beech: [], pine: [] };
  const delays = createRandom(settings.SEED, 'delays');
  const failures = createRandom(settings.SEED, 'failures');
  const donations = createRandom(settings.SEED, 'donations');
  const readiness = createRandom(settings.SEED, 'readiness');

  async function answer(delay: Random, failure: Random): Promise<number> {
    // Both are drawn at once, so that questions that overlap do not change the sequence.
    const ms = delay() * settings.REGISTRY_DELAY_MS;
    const fails = failure() < settings.REGISTRY_ERROR_RATE;
    await (ms > 0 ? setTimeout(ms) : setImmediate());
    if (fails) throw new RegistryError('The tree registry does not answer.');
    return SPECIES.reduce((sum, species) => sum + trees[species].length, 0);
  }

  const answers = (random: Random) =>
    answer(random, random).then(
      () => true,
      () => false,
    );

  return {
    trees,
    countTrees: () => answer(delays, failures),
    plant(species) {
      trees[species].push({ plantedAt: new Date() });
      const euros = Math.floor(donations() * 10);
      const cents = 1 + Math.floor(donations() * 99);
      return (euros * 100 + cents) / 100;
    },
    fell: (species) => trees[species].pop() !== undefined,
    async ready() {
      while (!(await answers(readiness))) await setTimeout(RETRY_MS);
    },
  };
}
