import type { Answer } from '../harness/client.ts';
import { keyOf, type Sample } from '../harness/exposition.ts';
import { lineOf, type Scrape } from '../harness/scrape.ts';
import type { Session } from '../harness/session.ts';
import { historyOf, type History } from '../queries/history.ts';
import {
  CONFIRMER,
  EVERY_S,
  EXPIRING,
  LENGTH_S,
  LIMIT_S,
  NOW_MOMENTS,
  REFUSED_CONFIRMING,
  REFUSED_RESERVING,
  RESTART_S,
  SHARE_MOMENTS,
  UNKNOWN_SPECIES,
  VISITORS,
} from './plan.ts';

/** Metrics that the program has as the chapter begins, or that come along: not the learner's own here. */
const NOT_OWN =
  /^(process_|nodejs_|requests_(total|in_progress)|donated_euros_total|trees_standing|host_memory_free_bytes|request_duration_seconds)/;
/** Long lists of series that no query here needs. */
const NOT_ASKED_FOR = /^(# (HELP|TYPE) )?(process_|nodejs_|request_duration_seconds)/;

/** A program may look at its list now and then: so late it may be, in seconds. */
const LATE_S = 2;

/** The scrapes around one event that no other came between. */
export interface Look {
  readonly before: Scrape;
  readonly after: Scrape;
}

/** What a program's metrics showed while visitors reserved, confirmed and let expire. */
export interface Recording {
  /** An answer that a right program does not give. */
  readonly refusal: Answer | undefined;
  readonly made: Look;
  readonly confirmed: Look;
  readonly expired: Look;
  /** A visit of the front page, right after the expiry. */
  readonly visited: Look;
  readonly last: Scrape;
  /** All scrapes, and then some of them once more, as after a restart. */
  readonly history: History;
}

/** A series of the learner's own that differs between two scrapes. */
export interface OwnMove {
  readonly sample: Sample;
  readonly by: number;
}

/** Whether a metric is of the learner's own making. */
export function isOwn(name: string): boolean {
  return !NOT_OWN.test(name);
}

/** The learner's own samples in a scrape. */
export function ownSamples(scrape: Scrape): Sample[] {
  return scrape.families().flatMap(({ name, samples }) => (isOwn(name) ? samples : []));
}

/** What of the learner's own metrics has moved. A new series that is 0 has not. */
export function ownMoves({ before, after }: Look): OwnMove[] {
  const id = ({ name, labels }: Sample) => name + keyOf(labels);
  const earlier = new Map(ownSamples(before).map((sample) => [id(sample), sample.value]));
  return ownSamples(after).flatMap((sample) => {
    const by = sample.value - (earlier.get(id(sample)) ?? 0);
    return by === 0 ? [] : { sample, by };
  });
}

/** Own metrics after an event, in lines; says so if there are none. */
export function shownMoves(moves: readonly OwnMove[], most = 6): string {
  const lines = moves
    .filter(({ sample }) => !sample.name.endsWith('_bucket'))
    .map(({ sample, by }) => `${lineOf(sample)}, ${by < 0 ? `${-by} less` : `${by} more`}`);
  return lines.length > 0 ? lines.slice(0, most).join('\n') : 'none of your metrics moves';
}

/**
 * Has visitors reserve, confirm, come too late and let expire for ten minutes of the program's time,
 * and looks at its metrics all along.
 */
export async function record(session: Session): Promise<Recording> {
  let refusal: Answer | undefined;
  const send = async (at: number, path: string, status: number) => {
    const answer = await session.sendAt(at, 'POST', path);
    if (answer.status !== status) refusal ??= answer;
    return answer.body;
  };
  const ids = new Map<object, string>();
  const reserve = (visitor: (typeof VISITORS)[number]) => async () => {
    const body = await send(visitor.at, `/reserve?species=${visitor.species}`, 201);
    ids.set(visitor, /\/confirm\?id=([^"&]+)/.exec(body)?.[1] ?? 'none');
  };
  const confirm = (visitor: (typeof VISITORS)[number], at: number) => () =>
    send(at, `/confirm?id=${ids.get(visitor)}`, 201);

  const scrapes = new Map<number, Scrape>();
  const looks: Scrape[] = [];
  const look = (at: number) => ({
    at,
    act: async () => void looks.push(await session.scrapeAt(at)),
  });
  const expires = EXPIRING.at + LIMIT_S;
  const confirms = CONFIRMER.at + CONFIRMER.confirmsAfter!;
  const acts: { at: number; act: () => Promise<unknown> }[] = [
    look(CONFIRMER.at - 1),
    look(CONFIRMER.at + LATE_S),
    look(confirms - 0.1),
    look(confirms + LATE_S),
    look(expires - 0.1),
    look(expires + LATE_S),
    { at: expires + LATE_S + 0.1, act: () => session.sendAt(expires + LATE_S + 0.1, 'GET', '/') },
    look(expires + LATE_S + 0.2),
    ...VISITORS.map((one) => ({ at: one.at, act: reserve(one) })),
    ...VISITORS.flatMap((one) => {
      if (one.confirmsAfter === undefined) return [];
      const at = one.at + one.confirmsAfter;
      return { at, act: confirm(one, at) };
    }),
    ...REFUSED_RESERVING.map(([at, species]) => ({
      at,
      act: () => send(at, `/reserve?species=${species}`, species === UNKNOWN_SPECIES ? 400 : 409),
    })),
    ...REFUSED_CONFIRMING.map((at) => ({
      at,
      act: () => send(at, `/confirm?id=${ids.get(EXPIRING)}`, 410),
    })),
    ...Array.from({ length: LENGTH_S / EVERY_S + 1 }, (_, index) => ({
      at: index * EVERY_S,
      act: async () => void scrapes.set(index * EVERY_S, await session.scrapeAt(index * EVERY_S)),
    })),
  ];
  for (const { act } of acts.toSorted((a, b) => a.at - b.at)) {
    await act();
    // What comes next would only take time.
    if (refusal) break;
  }

  const [beforeMade, afterMade, beforeConfirmed, afterConfirmed, before, after, later] = looks;
  const first = session.first();
  return {
    refusal,
    made: { before: beforeMade ?? first, after: afterMade ?? first },
    confirmed: { before: beforeConfirmed ?? first, after: afterConfirmed ?? first },
    expired: { before: before ?? first, after: after ?? first },
    visited: { before: after ?? first, after: later ?? first },
    last: [...scrapes.values()].at(-1) ?? first,
    history: historyFrom(scrapes),
  };
}

/** The scrapes as Prometheus would have them, the program started anew at their end. */
function historyFrom(scrapes: ReadonlyMap<number, Scrape>): History {
  const end = Math.max(...NOW_MOMENTS, ...SHARE_MOMENTS);
  const instance = 'localhost:8001';
  const snapshots = [...scrapes].flatMap(([seconds, { text }]) => {
    const asked = { text: withoutOthers(text), instance };
    const again = RESTART_S + seconds <= end ? [{ ...asked, seconds: RESTART_S + seconds }] : [];
    return [{ ...asked, seconds }, ...again];
  });
  return historyOf(snapshots, { everySeconds: EVERY_S });
}

function withoutOthers(text: string): string {
  return text
    .split('\n')
    .filter((line) => !NOT_ASKED_FOR.test(line))
    .join('\n');
}
