import { freemem } from 'node:os';
import { collectDefaultMetrics, Counter, Gauge, Histogram } from 'prom-client';
import { SPECIES } from '#forest';

collectDefaultMetrics();

export const requests = new Counter<'method' | 'endpoint' | 'status'>({
  name: 'requests_total',
  help: 'Requests answered.',
  labelNames: ['method', 'endpoint', 'status'],
});

/** The method as a label. Visitors can send any, so the rare ones share one value. */
export function methodLabel(method: string): string {
  return ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other';
}

/** What each route can answer to its own method. */
const answers = [
  ['GET', '/', 200, 500],
  ['GET', '/treecounter', 200, 500, 503],
  ['POST', '/plant', 201, 400, 500],
  ['POST', '/fell', 200, 400, 409, 500],
  ['POST', '/reserve', 201, 400, 409, 500],
  ['POST', '/confirm', 201, 410, 500],
] as const;

// Without a first 0, a rate misses the first event of each series.
for (const [method, endpoint, ...statuses] of answers) {
  for (const status of statuses) requests.inc({ method, endpoint, status }, 0);
}

export const donatedEuros = new Counter({
  name: 'donated_euros_total',
  help: 'Donations received, in euros.',
});

export const requestsInProgress = new Gauge({
  name: 'requests_in_progress',
  help: 'Requests that wait for their answer now.',
});

export const treesStanding = new Gauge<'species'>({
  name: 'trees_standing',
  help: 'Trees that stand now.',
  labelNames: ['species'],
});

for (const species of SPECIES) treesStanding.set({ species }, 0);

export const hostMemoryFree = new Gauge({
  name: 'host_memory_free_bytes',
  help: 'Memory that is free on the host, in bytes.',
  collect() {
    this.set(freemem());
  },
});

export const requestDuration = new Histogram<'method' | 'endpoint'>({
  name: 'request_duration_seconds',
  help: 'Time from a request to its answer, in seconds.',
  labelNames: ['method', 'endpoint'],
  // Even steps over the second that the registry takes at most.
  buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
});

for (const [method, endpoint] of answers) requestDuration.zero({ method, endpoint });

export const reservationsOpen = new Gauge<'species'>({
  name: 'reservations_open',
  help: 'Reservations that wait to be confirmed now.',
  labelNames: ['species'],
});

for (const species of SPECIES) reservationsOpen.set({ species }, 0);

export const reservationsEnded = new Counter<'outcome'>({
  name: 'reservations_ended_total',
  help: 'Reservations that were confirmed or have expired.',
  labelNames: ['outcome'],
});

for (const outcome of ['confirmed', 'expired']) reservationsEnded.inc({ outcome }, 0);

export const reservationConfirm = new Histogram({
  name: 'reservation_confirm_seconds',
  help: 'Time from a reservation to its confirmation, in seconds.',
  // Up to the 20 seconds after which it expires.
  buckets: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
});
