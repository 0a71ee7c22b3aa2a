import {
  ExpositionError,
  parseExposition,
  type Family,
  type Sample,
} from '../../checks/harness/exposition.ts';
import { toTextFormat } from '../../checks/harness/openmetrics.ts';
import { typed } from '../terminal/typed.js';
import { hasRestarted, lookAt, seenBefore, type Look, type Seen } from './look.ts';
import { scrape, ScrapeError } from './scrape.ts';

/** More lines than this of a text that cannot be read are cut. */
const MOST_LINES = 120;

/** A metric whose samples know what was seen of them before. */
export interface SeenFamily extends Family {
  readonly samples: readonly (Sample & { readonly seen: Seen })[];
}

/** What there is to see of a program's metrics. */
export interface View {
  readonly url: string;
  /** What was asked for: a part of the names; empty for the program's own metrics. */
  readonly name: string;
  readonly families: readonly SeenFamily[];
  /** How many default metrics are left out. */
  readonly hidden: number;
  /** When the metrics at this address were seen before, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** Whether it is the same run of the program as in the look before. */
  readonly isSame: boolean;
  /** To compare the next one with. */
  readonly look: Look;
}

/**
 * Looks once.
 * @param name a part of the names to show; empty for the program's own metrics
 * @param before the look to compare with
 * @throws {ScrapeError} if there is nothing to show
 */
export async function view(urls: string[], name: string, before: Look | undefined): Promise<View> {
  const { url, text, open } = await scrape(urls);
  const all = parse(url, text, name, open);
  const shown = selectFamilies(all, name);
  if (name && shown.length === 0) {
    const known = selectFamilies(all, '').map((family) => `  ${family.name}\n`);
    throw new ScrapeError(
      `No metric of the program has ${JSON.stringify(name)} in its name. Its own are:\n${known.join('')}See them with: ${typed('metrics')}`,
    );
  }
  const isSame = before !== undefined && !hasRestarted(before, url, all);
  const compared = isSame ? before : undefined;
  const families = shown.map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({
      ...sample,
      seen: seenBefore(compared, family.name, sample),
    })),
  }));
  return {
    url,
    name,
    families,
    hidden: name ? 0 : all.length - shown.length,
    since: before?.url === url ? before.at : undefined,
    isSame,
    look: lookAt(url, all, shown, compared),
  };
}

/** Whether a metric comes from `collectDefaultMetrics()`. */
function isDefault(name: string): boolean {
  return name.startsWith('nodejs_') || name.startsWith('process_');
}

/**
 * The metrics to show: the program's own, or those with `name` in their name or in that of a
 * series. Default metrics only if their names begin so, or if no other fits.
 */
function selectFamilies(families: readonly Family[], name: string): Family[] {
  if (!name) return families.filter((family) => !isDefault(family.name));
  const wanted = name.toLowerCase();
  const found = families.flatMap((family) => {
    if (family.name.toLowerCase().includes(wanted)) return [family];
    const samples = family.samples.filter((sample) => sample.name.toLowerCase().includes(wanted));
    return samples.length > 0 ? [{ ...family, samples }] : [];
  });
  const meant = found.filter((family) => !isDefault(family.name) || family.name.startsWith(wanted));
  return meant.length > 0 ? meant : found;
}

function parse(url: string, text: string, name: string, open: boolean): Family[] {
  try {
    return parseExposition(open ? toTextFormat(text) : text);
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    throw new ScrapeError(
      `${linesOf(text, name)}\n\n${url} says what cannot be right. ${error.message}\nFix it, then type again: ${typed('metrics', name ? { NAME: name } : {})}`,
    );
  }
}

/** The lines of a text that cannot be read as metrics, default metrics left out. */
function linesOf(text: string, name: string): string {
  const lines = text.split('\n').filter((line) => {
    const metric = line.replace(/^# (HELP|TYPE) /, '');
    return name ? line.includes(name) : !isDefault(metric);
  });
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(left > 0 ? [`… and ${left} more lines`] : [])]
    .map((line) => `  ${line}`)
    .join('\n')
    .trimEnd();
}
