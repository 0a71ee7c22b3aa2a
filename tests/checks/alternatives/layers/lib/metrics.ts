import { freemem } from 'node:os';
import { Counter, Gauge, Histogram, register, Summary, collectDefaultMetrics } from 'prom-client';
import { SPECIES, version, type TreeRegistry } from '#forest';

/** Makes all metrics of a step, in one object; those of later steps are not there. */
export function createMetrics(step: number, registry: TreeRegistry, underWay: Set<object>) {
  if (step >= 2) collectDefaultMetrics();
  const state = { current: 'starting' };
  const timing = { labelNames: ['method', 'endpoint', 'kind'], help: 'Seconds.' };
  const buckets = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1].toReversed();
  const metrics = {
    state,
    visits: new Counter<string>({
      name: step >= 3 ? 'requests_total' : 'layers_unused_total',
      help: 'Visits.',
      labelNames: ['kind', 'endpoint', 'method', 'status'],
    }),
    // Nobody asked for this one.
    bytes: new Counter({ name: 'layers_sent_bytes_total', help: 'Bytes sent.' }),
    gifts: step >= 3 ? new Counter({ name: 'donated_euros_total', help: 'Gifts.' }) : undefined,
    duration:
      step >= 6
        ? new Histogram<string>({
            name: 'request_duration_seconds',
            ...timing,
            ...(step >= 7 && { buckets }),
          })
        : undefined,
    processing:
      step >= 8
        ? new Summary<string>({
            name: 'request_processing_seconds',
            ...timing,
            percentiles: [0.5, 0.9, 0.99],
            maxAgeSeconds: 60,
            ageBuckets: 3,
          })
        : undefined,
    failures:
      step >= 10
        ? new Counter({ name: 'registry_exceptions_total', help: 'Failures.' })
        : undefined,
    asked:
      step >= 10
        ? new Histogram({ name: 'registry_duration_seconds', help: 'Seconds.', buckets })
        : undefined,
  };
  if (step >= 4) {
    const zeros = {
      '/': [200, 500],
      '/treecounter': [200, 500, 503],
      '/plant': [201, 400, 500],
      '/fell': [200, 400, 409, 500],
    };
    for (const [endpoint, statuses] of Object.entries(zeros)) {
      const method = endpoint === '/' || endpoint === '/treecounter' ? 'GET' : 'POST';
      for (const status of statuses) {
        metrics.visits.inc({ kind: 'visit', method, endpoint, status: String(status) }, 0);
      }
    }
  }
  if (step >= 5) {
    // Read when they are asked for: nothing to forget where a tree is planted or a request ends.
    void new Gauge({
      name: 'trees_standing',
      help: 'Trees.',
      labelNames: ['species'],
      collect() {
        for (const species of SPECIES) this.set({ species }, registry.trees[species].length);
      },
    });
    void new Gauge({
      name: 'requests_in_progress',
      help: 'Waiting.',
      collect() {
        this.set(underWay.size);
      },
    });
    void new Gauge({
      name: 'host_memory_free_bytes',
      help: 'Free.',
      labelNames: ['kind'],
      async collect() {
        await Promise.resolve();
        this.labels({ kind: 'free' }).set(freemem());
      },
    });
  }
  if (step >= 9) {
    void new Gauge({
      name: 'application_state',
      help: 'State.',
      labelNames: ['application_state'],
      collect() {
        for (const one of ['starting', 'running', 'stopping']) {
          this.set({ application_state: one }, one === state.current ? 1 : 0);
        }
      },
    });
    void new Gauge({
      name: 'application_info',
      help: 'Info.',
      labelNames: ['version', 'runtime', 'service'],
    }).set({ version, runtime: 'node', service: 'trees' }, 1);
  }
  return metrics;
}

/** The text of all metrics, in another order than they were made. */
export async function expose(): Promise<string> {
  const parts = register
    .getMetricsAsArray()
    .map(({ name }) => register.getSingleMetricAsString(name));
  return (await Promise.all(parts)).toReversed().join('\n\n') + '\n';
}
