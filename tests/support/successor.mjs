import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';

// registerHooks is newer than the types, which are those of Node 20.
const { createRequire, registerHooks } = /** @type {any} */ (nodeModule);

const folder = new URL('../../.workshop/successor/', import.meta.url);
const successor = pathToFileURL(createRequire(folder).resolve('@prometheus-io/client')).href;

// Whoever imports prom-client gets the library under its new name.
registerHooks({
  /** @type {import('node:module').ResolveHook} */
  resolve: (specifier, context, next) =>
    specifier === 'prom-client' ? { url: successor, shortCircuit: true } : next(specifier, context),
});
