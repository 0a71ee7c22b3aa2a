import type { Case, Lists } from './list.ts';

const WHAT = {
  1: 'The registry fails more often.',
  2: 'The registry answers sooner.',
  3: 'The registry takes longer.',
  4: 'An instance is down: Prometheus asks it, and gets no answer.',
  5: 'An instance is gone: Prometheus does not ask it any more.',
  6: 'An instance ends and starts again, over and over.',
  7: 'An instance has another version than before.',
  8: 'It is a quiet night: fewer visitors come.',
  9: 'Somebody has silenced the alerts.',
  10: 'Prometheus does not reach Alertmanager.',
} as const;

const WHERE = {
  1: 'the instance whose registry is slow',
  2: 'the instance of an older version',
  3: 'the instance that is neither',
  4: 'all three instances',
  5: 'the registry',
  6: 'between the visitors and all instances',
  7: 'Prometheus',
  8: 'Alertmanager and the pager',
} as const;

const LISTS: Lists = {
  what: WHAT,
  where: WHERE,
  among: 'instance',
  search:
    'Ask instance by instance what is answered, how often and how soon, and draw it over the last 15 minutes: what stayed as it was?',
};

/** An incident that happens to the fleet of PRODUCTION.md. */
export interface FleetIncident extends Case<keyof typeof WHAT, keyof typeof WHERE> {
  readonly lists: Lists;
  /** The service of docker-compose.yaml that stops, and that no name server knows from then on. */
  readonly vanishes: string;
}

/** The incidents of PRODUCTION.md, by number; nobody gets one who does not ask for it. */
export const FLEET_INCIDENTS: Readonly<Record<string, FleetIncident>> = {
  9: {
    call: 'Some visitors get no page at all. Our boards have never looked better.',
    lists: LISTS,
    vanishes: 'fleet-2',
    what: 5,
    where: 1,
    nearWhat: {
      4: 'Then its `up` would be 0, and TargetDown would have fired. Which `up` are there now, and which were there before?',
      8: 'The sum of all visits has fallen, in one step. Ask by instance: who is still there gets as many as before.',
      2: 'The average is better. But ask by instance: each one that answers takes as long as before.',
    },
    nearWhere: {
      2: 'The older version has no application_info, and it is still there.',
      3: 'How long did its visits take before? Draw the average time by instance over the last 15 minutes.',
      4: 'Two of them are as before: ask by instance.',
      6: 'The way is there: two instances get as many visits as before.',
    },
    way: 'A query answers with the series that there are, and so does an alert. Count them: count(up{job="fleet"}) has fallen (chapter Many). Which one is missing? up{job="fleet"} offset 5m unless up{job="fleet"} names it, if five minutes ago it was still there, and its average time before tells which it was.',
    query: 'count(up{job="fleet"})',
    miss: 'up{job="fleet"} == 0',
    was: 'The instance with the slow registry has stopped, and so has its name: every third visitor gets nothing. Prometheus asks only those on its list, so no `up` is 0 and no alert fires; and without the slowest of three, all averages look better.',
  },
};
