/** How long a reservation stays open, in seconds: the default of RESERVATION_MS. */
export const LIMIT_S = 20;
/** The time that the manager's questions are about, in seconds: the `[5m]` of a query. */
export const WINDOW_S = 300;
/** From one scrape to the next, in seconds. */
export const EVERY_S = 10;
/** How long the visitors are watched, in seconds; then the program starts anew, and all comes again. */
export const LENGTH_S = 600;
/** When it does, in seconds. */
export const RESTART_S = LENGTH_S + EVERY_S;

export const SPECIES = ['oak', 'beech', 'pine'] as const;
export type Species = (typeof SPECIES)[number];

/** What one visitor does; all times in seconds. */
export interface Visitor {
  readonly at: number;
  readonly species: Species;
  /** So long after reserving the visitor confirms; whoever does not lets it expire. */
  readonly confirmsAfter?: number;
}

const visitor = (at: number, species: Species, confirmsAfter?: number): Visitor =>
  confirmsAfter === undefined ? { at, species } : { at, species, confirmsAfter };

/** Looked at one by one: what moves when a reservation is made, confirmed, and expires. */
export const CONFIRMER = visitor(2, 'oak', 12);
export const EXPIRING = visitor(17, 'beech');

/**
 * First slow people, then quick ones: nine of ten confirm within 19 s, and then within 5 s. Between
 * two scrapes the last to confirm is never a slow one, so that a gauge of the last time shows none
 * of them. Of the quick people one takes long: not nine of ten, and yet more than one in twenty.
 */
export const VISITORS: readonly Visitor[] = [
  CONFIRMER,
  EXPIRING,
  visitor(41, 'pine', 6),
  visitor(41, 'pine', 8),
  visitor(41, 'pine', 9.6),
  visitor(41, 'pine'),
  visitor(41, 'pine'),
  visitor(43, 'oak'),
  visitor(44, 'oak'),
  visitor(45, 'beech', 13.5),
  visitor(56, 'pine', 3.3),
  visitor(75, 'oak', 16.4),
  visitor(75, 'oak', 17.2),
  visitor(75, 'oak', 18.8),
  visitor(82, 'beech'),
  visitor(92, 'oak', 3.6),
  visitor(172, 'pine', 18.4),
  visitor(173, 'pine', 19),
  visitor(174, 'pine', 17.8),
  visitor(174, 'beech', 17.5),
  visitor(174, 'beech', 19.4),
  visitor(187, 'pine', 8.4),
  visitor(188, 'beech', 9.2),
  visitor(200.5, 'oak'),
  visitor(201, 'oak'),
  visitor(202, 'pine'),
  visitor(203, 'beech'),

  visitor(311, 'oak', 1.2),
  visitor(321, 'beech', 1.6),
  visitor(331, 'pine', 2.2),
  visitor(371, 'oak', 2.6),
  visitor(372, 'pine', 3.7),
  visitor(381, 'beech', 3.1),
  visitor(391, 'oak', 1.4),
  visitor(401, 'beech', 2.8),
  visitor(411, 'pine', 3.3),
  visitor(471, 'beech', 17.4),
  visitor(472, 'oak', 3.4),
  visitor(481, 'beech', 3.8),
  visitor(485.2, 'beech', 4.6),
  visitor(491, 'pine', 2.4),
  visitor(501, 'oak', 3.9),
  visitor(511, 'beech', 4.8),
  visitor(521, 'pine', 1.9),
  visitor(523, 'oak', 2.9),
  visitor(531, 'pine'),
  visitor(541, 'oak'),
];

/** A species that the program does not know. */
export const UNKNOWN_SPECIES = 'elm';

/** What is refused, in seconds: a species that is full or unknown, an id that has expired. */
export const REFUSED_RESERVING: readonly (readonly [at: number, species: string])[] = [
  [39.6, UNKNOWN_SPECIES],
  [42, 'pine'],
  [42, 'pine'],
  [42, 'pine'],
  [42, 'pine'],
  [371, UNKNOWN_SPECIES],
  [372, UNKNOWN_SPECIES],
];
export const REFUSED_CONFIRMING: readonly number[] = [39.5, 225, 226, 391];

/** When a reservation ends, in seconds. */
const endOf = ({ at, confirmsAfter = LIMIT_S }: Visitor) => at + confirmsAfter;

/**
 * Moments at which it is asked how many are reserved: after the first is made, is confirmed, after
 * the next is made, has expired, after some are refused, and whenever.
 */
export const NOW_MOMENTS: readonly number[] = [10, 20, 30, 40, 50, 70, 90, 550, RESTART_S + 50];
/**
 * Moments at which it is asked about the five minutes before: after the first of each end, while four
 * wait who count as made and not as ended, after the slow people, after the quick ones, and across
 * the restart. At all other edges nothing is open.
 */
export const SHARE_MOMENTS: readonly number[] = [40, 215, 305, 605, RESTART_S + 155];
/** Those of them that tell the slow people from the quick ones. */
export const TIME_MOMENTS: readonly number[] = [305, 605];

/** What has happened in a stretch of time, counted in a way. */
export interface Tally {
  readonly made: number;
  readonly confirmed: number;
  readonly expired: number;
  readonly refusedReserving: number;
  readonly refusedConfirming: number;
  /** How long those who confirmed took, in seconds, in order. */
  readonly waits: readonly number[];
}

/** What happened after `from` and up to `to`, in seconds; the restart included. */
export function tally(
  from: number,
  to: number,
  of: (visitor: Visitor) => boolean = () => true,
): Tally {
  const runs = [0, RESTART_S];
  const within = (moment: number) =>
    runs.filter((start) => {
      const now = start + moment;
      return now > from && now <= to && (start > 0 || now < RESTART_S);
    }).length;
  const count = (moments: readonly number[]) =>
    moments.reduce((sum, moment) => sum + within(moment), 0);
  const visitors = VISITORS.filter(of);
  const confirming = visitors.filter(({ confirmsAfter }) => confirmsAfter !== undefined);
  const expiring = visitors.filter(({ confirmsAfter }) => confirmsAfter === undefined);
  const refused = REFUSED_RESERVING.filter(([, species]) =>
    of({ at: 0, species: species as Species }),
  );
  return {
    made: count(visitors.map(({ at }) => at)),
    confirmed: count(confirming.map(endOf)),
    expired: count(expiring.map(endOf)),
    refusedReserving: count(refused.map(([at]) => at)),
    refusedConfirming: count(REFUSED_CONFIRMING),
    waits: confirming
      .flatMap((one) => Array.from({ length: within(endOf(one)) }, () => one.confirmsAfter!))
      .toSorted((a, b) => a - b),
  };
}

/** What has happened at a moment since the program was started, of one species. */
export function sinceStart(moment: number, species?: Species): Tally {
  const from = moment >= RESTART_S ? RESTART_S - 1 : -1;
  return tally(from, moment, (one) => species === undefined || one.species === species);
}

/** The time within which nine of ten confirm, in seconds. */
export function nineOfTen(waits: readonly number[]): number {
  return waits[Math.ceil(0.9 * waits.length) - 1] ?? NaN;
}
