const REAL = new URL('../../forest/index.ts', import.meta.url).href;
const BROKEN = `
  import { createRegistry as createReal } from '${REAL}';
  export * from '${REAL}';
  export function createRegistry(settings) {
    const registry = createReal(settings);
    return {
      ...registry,
      async countTrees() {
        await registry.countTrees();
        throw new TypeError('a bug in the forest');
      },
    };
  }
`;

export function resolve(specifier, context, next) {
  return specifier === '#forest'
    ? { url: 'broken:forest', format: 'module', shortCircuit: true }
    : next(specifier, context);
}

export function load(url, context, next) {
  return url === 'broken:forest'
    ? { source: BROKEN, format: 'module', shortCircuit: true }
    : next(url, context);
}
