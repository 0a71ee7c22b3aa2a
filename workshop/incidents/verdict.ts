import type { Evidence } from './evidence.ts';
import { LISTS, type Case } from './list.ts';
import type { Diagnosis } from './state.ts';

/** What comes of one part of a diagnosis, with what leads on. */
export interface Verdict {
  readonly verdict: 'right' | 'near' | 'wrong';
  /** Empty where it is right. */
  readonly more: string;
}

const RIGHT: Verdict = { verdict: 'right', more: '' };

/** Judges a diagnosis, part by part. */
export function judgeDiagnosis(
  incident: Case,
  diagnosis: Diagnosis,
  onset: Date,
  evidence: Evidence,
): Record<'what' | 'where' | 'minute' | 'query', Verdict> {
  return {
    what: choice(diagnosis.what, incident.what, incident.nearWhat, incident.way),
    where: choice(
      diagnosis.where,
      incident.where,
      incident.nearWhere,
      (incident.lists ?? LISTS).search,
    ),
    minute: judgeMinute(diagnosis.minute, onset),
    query: judgeEvidence(evidence),
  };
}

function choice(
  given: string,
  right: number,
  near: Readonly<Partial<Record<number, string>>>,
  way: string,
): Verdict {
  if (Number(given) === right) return RIGHT;
  const more = near[Number(given)];
  return more ? { verdict: 'near', more } : { verdict: 'wrong', more: way };
}

/** So many minutes away, a minute is still right, … */
const RIGHT_MINUTES = 1;

/** … and so many, near. */
const NEAR_MINUTES = 3;

const DAY = 24 * 60;

/**
 * Judges the minute of the onset, such as `14:23`, on the clock of this computer or in UTC, which
 * Prometheus' page shows unless it is told otherwise.
 */
export function judgeMinute(text: string, onset: Date): Verdict {
  const [, hours, minutes] = CLOCK.exec(text) ?? [];
  const given = Number(hours) * 60 + Number(minutes);
  const truths = [
    onset.getHours() * 60 + onset.getMinutes(),
    onset.getUTCHours() * 60 + onset.getUTCMinutes(),
  ];
  const far = Math.min(
    ...truths.map((truth) => {
      const apart = Math.abs(truth - given);
      return Math.min(apart, DAY - apart);
    }),
  );
  if (far <= RIGHT_MINUTES) return RIGHT;
  const look =
    'Draw your query over the last 15 minutes and look for the first point that leaves what was before. A rate over [5m] shows it late: take [1m].';
  return { verdict: far <= NEAR_MINUTES ? 'near' : 'wrong', more: look };
}

/** How MINUTE is written. */
export const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

function judgeEvidence({ verdict, before, after, labels }: Evidence): Verdict {
  if (verdict === 'apart') return RIGHT;
  if (verdict === 'empty') {
    return {
      verdict: 'wrong',
      more: 'It gives nothing, neither before the onset nor after it. Are its names and labels right? Then what it asks for was not there.',
    };
  }
  if (verdict === 'swings' && !(before && after)) {
    return {
      verdict: 'near',
      more: 'It has an answer for a part of the time only, which is too little to tell before from after. Look back further, or ask again later.',
    };
  }
  const series = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const of = series.length > 0 ? ` (the series {${series.join(', ')}})` : '';
  const figures =
    before && after
      ? ` Before the onset it lies from ${figure(before.least)} to ${figure(before.most)}; since then around ${figure(after.median)}${of}.`
      : '';
  return verdict === 'same'
    ? { verdict: 'wrong', more: `It does not show the onset.${figures}` }
    : {
        verdict: 'near',
        more: `It moves, but it moved nearly as much before.${figures} A ratio does not follow the load. A range shorter than [1m] jumps, and a longer one takes its time: ask again later.`,
      };
}

/** A number as people read it. */
function figure(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

/** The list of answers to one question, a line each. */
export function listOf(answers: Readonly<Record<number, string>>): string {
  return Object.entries(answers)
    .map(([number, text]) => `  ${number.padStart(2)}  ${text}`)
    .join('\n');
}

/** What it was: for who has found it, and for who gives up. */
export function explain(incident: Case, onset: Date): string {
  const lists = incident.lists ?? LISTS;
  const clock = [onset.getHours(), onset.getMinutes(), onset.getSeconds()]
    .map((part) => `${part}`.padStart(2, '0'))
    .join(':');
  return [
    incident.was,
    `  What    ${incident.what}  ${lists.what[incident.what]}`,
    `  Where   ${incident.where}  ${lists.where[incident.where]}`,
    `  Since   ${clock}`,
    `  Query   ${incident.query}`,
    incident.way,
  ].join('\n');
}
