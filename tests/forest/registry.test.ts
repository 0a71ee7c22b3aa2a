import { expect, test } from 'vitest';
import { createRegistry, isSpecies, RegistryError } from '../../forest/registry.ts';
import { parseSettings } from '../../forest/settings.ts';

const registryWith = (env: Record<string, string>) =>
  createRegistry(parseSettings({}, { REGISTRY_DELAY_MS: '0', REGISTRY_ERROR_RATE: '0', ...env }));

test('donations are more than 0, at most 10 euros, and never whole', () => {
  const registry = registryWith({ SEED: '3' });
  for (let i = 0; i < 5000; i++) {
    const euros = registry.plant('oak');
    expect(euros > 0 && euros <= 10 && euros % 1 !== 0, `${euros}`).toBe(true);
    expect(Number(euros.toFixed(2))).toBe(euros);
  }
});

test('delays, failures, donations and readiness are sequences of their own', async () => {
  const env = { SEED: '7', REGISTRY_ERROR_RATE: '0.5' };
  const outcomes = async (between: (registry: ReturnType<typeof registryWith>) => unknown) => {
    const registry = registryWith(env);
    const list: boolean[] = [];
    for (let i = 0; i < 40; i++) {
      await between(registry);
      list.push(
        await registry.countTrees().then(
          () => true,
          () => false,
        ),
      );
    }
    return list;
  };
  const plain = await outcomes(() => undefined);
  expect(new Set(plain).size).toBe(2);
  expect(await outcomes((registry) => registry.plant('oak'))).toEqual(plain);
  expect(await outcomes((registry, calls = 0) => calls < 2 && registry.ready())).toEqual(plain);
});

test('at no delay it still answers on a later turn of the event loop', async () => {
  let answered = false;
  const answer = registryWith({})
    .countTrees()
    .then(() => (answered = true));
  await Promise.resolve();
  await new Promise((resolve) => process.nextTick(resolve));
  expect(answered).toBe(false);
  await answer;
});

test('it fails as often as it is told to', async () => {
  await expect(registryWith({ REGISTRY_ERROR_RATE: '1' }).countTrees()).rejects.toThrow(
    RegistryError,
  );
});

test('trees come and go', async () => {
  const registry = registryWith({});
  registry.plant('oak');
  registry.plant('pine');
  expect(registry.fell('beech')).toBe(false);
  expect(registry.fell('oak')).toBe(true);
  expect([registry.trees.oak.length, registry.trees.pine.length]).toEqual([0, 1]);
  expect(await registry.countTrees()).toBe(1);
  expect([isSpecies('oak'), isSpecies('Oak'), isSpecies(null)]).toEqual([true, false, false]);
});
