import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const folder = new URL('../../.workshop/successor/', import.meta.url);
const successor = pathToFileURL(createRequire(folder).resolve('@prometheus-io/client')).href;

// Whoever imports prom-client gets the library under its new name.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'prom-client' ? { url: successor, shortCircuit: true } : next(specifier, context),
});
