import { setTimeout } from 'node:timers/promises';
import { createRandom } from './random.ts';
import { RegistryError, SPECIES, type Species } from './registry.ts';
import type { Settings } from './settings.ts';

/** More trees than this of a species stand nowhere in the forest. */
const MOST_TREES = 2000;

/**
 * Has all trees of the forest counted, for a job of the night. Takes twice REGISTRY_DELAY_MS.
 * @returns how many trees of each species stand: at least one
 * @throws {RegistryError} as often as REGISTRY_ERROR_RATE says
 */
export async function takeCensus(settings: Settings): Promise<Record<Species, number>> {
  const random = createRandom(settings.SEED, 'census');
  const fails = random() < settings.REGISTRY_ERROR_RATE;
  await setTimeout(2 * settings.REGISTRY_DELAY_MS);
  if (fails) throw new RegistryError('The tree registry does not answer.');
  const counted = SPECIES.map((species) => [species, 1 + Math.floor(random() * MOST_TREES)]);
  return Object.fromEntries(counted) as Record<Species, number>;
}
