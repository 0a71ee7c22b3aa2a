import { metricIsThere } from './metric.ts';
import { boundsOf, visitsAreTimed } from './timing.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NAME = 'request_duration_seconds';

/** What prom-client takes when it is told nothing. */
export const DEFAULT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const durationThere = metricIsThere({
  key: 'duration',
  name: NAME,
  type: 'histogram',
  near: /request.*(duration|latency|time)|(duration|latency).*request/i,
  naming: 'Time is in seconds, its base unit, and the unit ends the name.',
  because: 'its buckets can be added up over many programs, and quantiles computed from them.',
});

export const defaultBuckets = check({
  name: 'request_duration_seconds has the default buckets',
  hints: {
    'default-buckets': {
      first: 'Leave `buckets` out for now: the next chapter chooses them.',
      fuller:
        'Without `buckets`, prom-client takes 0.005 to 10 seconds. They fit many web servers and not quite this one: you see that in the heatmap, and fix it in chapter 07.',
    },
  },
  async run(session, fail) {
    const { after } = await session.burst();
    const bounds = boundsOf(after, NAME);
    if (bounds.join() === DEFAULT.join()) return;
    throw fail('default-buckets', {
      did: 'asked for /metrics',
      expected: `the buckets ${DEFAULT.join(', ')}`,
      got: `the buckets ${bounds.join(', ')}`,
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Histograms',
  learned: 'A histogram counts how many took at most how long: count, sum and buckets in one.',
  checks: [
    durationThere,
    ...visitsAreTimed({
      key: 'duration',
      name: NAME,
      type: 'histogram',
      observe:
        '`const stopTimer = requestDuration.startTimer({ method, endpoint })`, and `stopTimer()` after the answer',
      zero: 'make its series with `zero({ method, endpoint })`, which observes nothing',
    }),
    defaultBuckets,
  ],
};
