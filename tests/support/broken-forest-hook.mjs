const PREFIX = 'broken:';
const broken = (/** @type {string} */ real) => `
  import { createRegistry as createReal } from '${real}';
  export * from '${real}';
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

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  return specifier === '#forest'
    ? { url: PREFIX + resolved.url, format: 'module', shortCircuit: true }
    : resolved;
}

/** @type {import('node:module').LoadHook} */
export function load(url, context, next) {
  return url.startsWith(PREFIX)
    ? { source: broken(url.slice(PREFIX.length)), format: 'module', shortCircuit: true }
    : next(url, context);
}
