/** One chapter of WORKSHOP.md, and the step of the same number. */
export interface Chapter {
  readonly step: number;
  /** The folder in steps/, and the file in checks/ without its ending. */
  readonly slug: string;
  /** The heading, without its number. */
  readonly title: string;
}

const TITLES: readonly (readonly [slug: string, title: string])[] = [
  ['01-bare-handler', 'Bare handler'],
  ['02-expose-metrics', 'Expose metrics'],
  ['03-counters', 'Counters'],
  ['04-labels', 'Labels'],
  ['05-gauges', 'Gauges'],
  ['06-histograms', 'Histograms'],
  ['07-buckets', 'Buckets'],
  ['08-summaries', 'Summaries'],
  ['09-info-enum', 'Info and Enum'],
  ['10-timers-and-exceptions', 'Timers and exceptions'],
  ['11-metrics-port', 'Metrics port'],
];

/** All chapters, in order. The chapter of step N is `chapters[N - 1]`. */
export const chapters: readonly Chapter[] = TITLES.map(([slug, title], index) => ({
  step: index + 1,
  slug,
  title,
}));

/** The number as it is written in names and headings: `05`. */
export function twoDigits(step: number): string {
  return String(step).padStart(2, '0');
}

/** The heading of a chapter in WORKSHOP.md, such as `05 Gauges`. */
export function headingOf(step: number): string {
  return `${twoDigits(step)} ${chapters[step - 1]!.title}`;
}

/** Where a chapter begins, as GitHub names it: `WORKSHOP.md#05-gauges`. */
export function placeOf(step: number): string {
  return `WORKSHOP.md#${headingOf(step).toLowerCase().replaceAll(' ', '-')}`;
}
