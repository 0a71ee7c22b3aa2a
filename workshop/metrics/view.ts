import { ExpositionError, parseExposition, type Family } from '../../checks/harness/exposition.ts';
import { typed } from '../terminal/typed.js';
import type { Paint } from '../terminal/colour.ts';
import { hasRestarted, lookAt, type Look } from './look.ts';
import { scrape, ScrapeError } from './scrape.ts';
import { selectFamilies, showFamilies, showLines, showRest } from './show.ts';

/** What there is to see. */
interface View {
  readonly text: string;
  readonly look: Look;
  /** Whether it is the same run of the program as in the look before. */
  readonly isSame: boolean;
}

/**
 * Looks once.
 * @param name a part of the names to show; empty for the program's own metrics
 * @param before the look to compare with
 * @throws {ScrapeError} if there is nothing to show
 */
export async function view(
  urls: string[],
  name: string,
  before: Look | undefined,
  paint: Paint,
): Promise<View> {
  const { url, text } = await scrape(urls);
  const all = parse(url, text, name);
  const shown = selectFamilies(all, name);
  if (name && shown.length === 0) {
    const known = selectFamilies(all, '').map((family) => `  ${family.name}\n`);
    throw new ScrapeError(
      `No metric of the program has ${JSON.stringify(name)} in its name. Its own are:\n${known.join('')}See them with: ${typed('metrics')}`,
    );
  }
  const isSame = before !== undefined && !hasRestarted(before, url, all);
  const compared = isSame ? before : undefined;
  const nothing = 'The program has no metric of its own yet: chapter 3 adds the first.';
  const body =
    shown.length > 0 ? showFamilies(shown, { before: compared, paint, all: name !== '' }) : nothing;
  const parts = [headline(url, before, isSame), body, showRest(all, name)];
  return {
    text: parts.filter(Boolean).join('\n\n'),
    look: lookAt(url, all, shown, compared),
    isSame,
  };
}

function parse(url: string, text: string, name: string): Family[] {
  try {
    return parseExposition(text);
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
    throw new ScrapeError(
      `${url} says what cannot be right. ${error.message}\n\n${showLines(text, name)}\n\nMend it, then type again: ${typed('metrics')}`,
    );
  }
}

function headline(url: string, before: Look | undefined, isSame: boolean): string {
  if (!before || before.url !== url) return `${url}:`;
  const then = new Date(before.at).toLocaleTimeString('en-GB');
  if (isSame) return `${url}, with what has changed since ${then}:`;
  return `${url}, of a program that has started again since ${then}:`;
}
