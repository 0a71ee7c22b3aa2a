export * from './census.ts';
export * from './http.ts';
export * from './lifecycle.ts';
export * from './pages.ts';
export * from './registry.ts';
export * from './reservations.ts';
export * from './settings.ts';
export * from './version.ts';
