import { register } from 'node:module';

// Node 20 has the older of the two ways to hook into imports only.
register(new URL('broken-forest-hook.mjs', import.meta.url));
