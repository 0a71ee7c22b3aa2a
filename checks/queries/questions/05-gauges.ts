import { asValues, seriesName, type History } from '../history.ts';
import type { ChapterQuestions } from '../question.ts';
import { uses } from '../grammar.ts';
import { halfHour } from '../world.ts';

const history = () => halfHour(5);

/** A few at all times, and peaks that come at another moment in each program. */
const withPeaks = (): History => {
  const { everySeconds, series } = halfHour(5);
  const busy = (base: readonly number[], every: number, first: number, peak: number) =>
    asValues(
      Array.from({ length: 361 }, (_, scrape) => {
        const grown = peak + Math.floor(scrape / 60);
        return scrape % every === first ? grown : base[scrape % base.length]!;
      }),
    );
  return {
    everySeconds,
    series: {
      ...series,
      [seriesName('requests_in_progress', { job: 'app', instance: 'app:8001' })]: busy(
        [1, 4, 2, 3, 1, 0, 2],
        100,
        20,
        9,
      ),
      [seriesName('requests_in_progress', { job: 'app', instance: 'app2:8001' })]: busy(
        [0, 1, 3, 0, 2],
        90,
        57,
        12,
      ),
    },
  };
};

export const chapter: ChapterQuestions = {
  heading: '05 Gauges',
  questions: [
    {
      id: '05a',
      where: 'class',
      asks: [
        'What is the largest number of requests that a program had in progress in the last ten minutes?',
        'One number, without labels: that of the program that had the most at one moment.',
      ],
      history: withPeaks,
      references: ['max(max_over_time(requests_in_progress{job="app"}[10m]))'],
      hints: [
        {
          id: 'rate-of-gauge',
          says: '`rate` and `increase` are for counters: each fall of a gauge looks like a restart to them. Ask for the gauge as it was.',
          when: uses('rate', 'increase', 'irate'),
        },
        {
          id: 'now',
          says: 'This looks at one moment, now. The peak may have been nine minutes ago: a function of this chapter looks back over a gauge.',
          like: [
            'max(requests_in_progress{job="app"})',
            'requests_in_progress{job="app"}',
            'sum(requests_in_progress{job="app"})',
          ],
        },
        {
          id: 'each-program',
          says: 'The peak of each program is there. Of these rows you want one number: the largest.',
          like: ['max_over_time(requests_in_progress{job="app"}[10m])'],
        },
        {
          id: 'keeps-labels',
          says: '`topk` chooses a row and keeps its labels. The question wants the largest number without them.',
          like: ['topk(1, max_over_time(requests_in_progress{job="app"}[10m]))'],
        },
        {
          id: 'adds-peaks',
          says: 'This adds up peaks of several programs. The question is about the one program that had the most.',
          like: [
            'sum(max_over_time(requests_in_progress{job="app"}[10m]))',
            'max_over_time(sum(requests_in_progress{job="app"})[10m:5s])',
          ],
        },
        {
          id: 'mean',
          says: 'That is a mean over ten minutes: a peak hardly shows in it.',
          like: [
            'max(avg_over_time(requests_in_progress{job="app"}[10m]))',
            'avg(max_over_time(requests_in_progress{job="app"}[10m]))',
            'avg_over_time(requests_in_progress{job="app"}[10m])',
          ],
        },
      ],
      because:
        '`max_over_time` looks along one series, over time; `max` across the series, at one moment. Peaks at different moments cannot be added up.',
    },
    {
      id: '05b',
      where: 'homework',
      asks: [
        'How many more trees of each species stand now than five minutes ago?',
        'A row for each species, all your programs together; a negative number where fewer stand.',
      ],
      history,
      references: [
        'sum by (species) (trees_standing{job="app"}) - sum by (species) (trees_standing{job="app"} offset 5m)',
        // Where a program came or went, these differ: the question leaves it open.
        'sum by (species) (trees_standing{job="app"} - trees_standing{job="app"} offset 5m)',
        'sum by (species) (delta(trees_standing{job="app"}[5m]))',
      ],
      hints: [
        {
          id: 'rate-of-gauge',
          says: '`rate` and `increase` are for counters: a felled tree looks like a restart to them, and they add all that stands once more. For gauges there is another function, and `offset`.',
          when: uses('rate', 'increase', 'irate'),
        },
        {
          id: 'counts-changes',
          says: 'This counts how often the number changed, upwards and downwards. The question is by how much.',
          when: uses('changes', 'resets'),
        },
        {
          id: 'sign',
          says: 'The signs are the wrong way round: you subtract what is from what was.',
          like: [
            'sum by (species) (trees_standing{job="app"} offset 5m) - sum by (species) (trees_standing{job="app"})',
            'sum by (species) (trees_standing{job="app"} offset 5m - trees_standing{job="app"})',
          ],
        },
        {
          id: 'one-moment',
          says: 'That is what stood at one moment. The question compares two.',
          like: [
            'sum by (species) (trees_standing{job="app"} offset 5m)',
            'sum by (species) (trees_standing{job="app"})',
            'trees_standing{job="app"}',
          ],
        },
        {
          id: 'last-step',
          says: '`idelta` takes the last two samples only: five seconds, not five minutes.',
          when: uses('idelta'),
        },
        {
          id: 'slope',
          says: '`deriv` gives a slope per second. The question wants trees.',
          when: uses('deriv'),
        },
        {
          id: 'each-program',
          says: 'Each row is still one program. The question wants one row for each species.',
          like: [
            'delta(trees_standing{job="app"}[5m])',
            'trees_standing{job="app"} - trees_standing{job="app"} offset 5m',
          ],
        },
        {
          id: 'all-species',
          says: 'This adds up all species. Which label must stay?',
          like: [
            'sum(delta(trees_standing{job="app"}[5m]))',
            'sum(trees_standing{job="app"}) - sum(trees_standing{job="app"} offset 5m)',
          ],
        },
      ],
      because:
        '`offset` gives the value that was, exactly; `delta` is extended to the edges of the range, so five trees read as 5.08. In a program that has restarted, both see that its forest is gone.',
    },
    {
      id: '05c',
      where: 'homework',
      asks: [
        'For how many minutes has each of your programs been running?',
        'A row for each program of the job app. Chapter 02 has a metric for it.',
      ],
      history,
      references: [
        '(time() - process_start_time_seconds{job="app"}) / 60',
        'sum by (instance) (time() - process_start_time_seconds{job="app"}) / 60',
      ],
      hints: [
        {
          id: 'since-1970',
          says: 'That is the date of the start, in seconds or minutes since 1970. How long ago was it?',
          like: [
            'process_start_time_seconds{job="app"}',
            'process_start_time_seconds{job="app"} / 60',
          ],
        },
        {
          id: 'precedence',
          says: 'A division comes before a subtraction: only the start was divided. Put the subtraction in parentheses.',
          like: ['time() - process_start_time_seconds{job="app"} / 60'],
        },
        {
          id: 'sign',
          says: 'Your minutes are negative: the start was before now.',
          like: ['(process_start_time_seconds{job="app"} - time()) / 60'],
        },
        {
          id: 'seconds',
          says: 'These are seconds. The question wants minutes.',
          like: ['time() - process_start_time_seconds{job="app"}'],
        },
        {
          id: 'hours',
          says: 'These are hours. The question wants minutes.',
          like: ['(time() - process_start_time_seconds{job="app"}) / 3600'],
        },
        {
          id: 'at-the-scrape',
          says: '`timestamp` is the time of the last scrape, up to five seconds ago. Now is `time()`.',
          when: uses('timestamp'),
        },
        {
          id: 'counts-scrapes',
          says: 'Counting scrapes reaches back no further than your range, and goes on over a restart. The default metrics of chapter 02 have the time of the start.',
          when: uses('count_over_time', 'sum_over_time'),
        },
        {
          id: 'rounded',
          says: 'Leave the fraction: half a minute counts, too.',
          when: uses('floor', 'ceil', 'round'),
        },
        {
          id: 'busy',
          says: 'Processor time grows only while the program is busy. The default metrics of chapter 02 have the time of the start.',
          like: [
            'process_cpu_seconds_total{job="app"}',
            'process_cpu_seconds_total{job="app"} / 60',
          ],
        },
        {
          id: 'other-job',
          says: 'Prometheus itself has such a metric, and so a row. Choose your job.',
          like: ['(time() - process_start_time_seconds) / 60'],
        },
      ],
      because:
        'A program exports when it began, not for how long it runs: the time of the start stays right while nobody looks, and when the program hangs.',
    },
    {
      id: '05d',
      where: 'homework',
      asks: [
        'How often has each of your programs restarted within the last 20 minutes?',
        'A row for each program of the job app.',
      ],
      history,
      references: [
        'changes(process_start_time_seconds{job="app"}[20m])',
        'sum by (instance) (changes(process_start_time_seconds{job="app"}[20m]))',
      ],
      hints: [
        {
          id: 'counts-scrapes',
          says: 'This counts samples, one for each scrape. A restart is where the value is another than before.',
          when: uses('count_over_time'),
        },
        {
          id: 'one-for-all',
          says: 'All restarts together. The question wants those of each program.',
          like: [
            'sum(changes(process_start_time_seconds{job="app"}[20m]))',
            'sum(resets(process_cpu_seconds_total{job="app"}[20m]))',
          ],
        },
        {
          id: 'up-again',
          says: 'A program that is back before the next scrape was never seen down. Something else is another after each start: a time among the default metrics.',
          like: ['changes(up{job="app"}[20m])', 'resets(up{job="app"}[20m])'],
        },
        {
          id: 'never-falls',
          says: '`resets` counts where a value falls, as a counter does at a restart. The time of the start never falls.',
          like: ['resets(process_start_time_seconds{job="app"}[20m])'],
        },
        {
          id: 'many-series',
          says: 'Each series that had grown falls at a restart, and `requests_total` has many. Take a metric that has one series in each program.',
          like: [
            'resets(requests_total{job="app"}[20m])',
            'sum by (instance, job) (resets(requests_total{job="app"}[20m]))',
          ],
        },
        {
          id: 'always-changes',
          says: 'Processor time changes with every scrape. What does a counter do at a restart?',
          like: ['changes(process_cpu_seconds_total{job="app"}[20m])'],
        },
        {
          id: 'now',
          says: 'That is the time of the start, at one moment. How often did it change while you look back?',
          like: ['process_start_time_seconds{job="app"}'],
        },
        {
          id: 'other-job',
          says: 'Prometheus itself has such a metric, and so a row. Choose your job.',
          like: [
            'changes(process_start_time_seconds[20m])',
            'resets(process_cpu_seconds_total[20m])',
          ],
        },
      ],
      because:
        'A restart is easy to miss: rates go on, and `up` is 1 again at the next scrape. The time of the start gives it away, and so does any counter that falls.',
    },
  ],
};
