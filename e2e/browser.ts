import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, type TestContext } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { ROOT } from '../workshop/programs.ts';
import { AXE, lacksBrowser, launch, type Browser, type Locator, type Page } from './chromium.ts';

const SCREENSHOTS = join(ROOT, '.workshop', 'screenshots');

/** Whatever is to be seen is seen within this time, in milliseconds. */
const DEADLINE_MS = 30_000;

/** What a browser says by itself of an answer that the page shows: refused, or not there yet. */
const REFUSED = /^Failed to load resource: .* status of (400|409|413|422|503) /;

const why = lacksBrowser();

/** Skips a test where no browser can be driven, and says why. For `beforeEach`. */
export function needsBrowser({ skip }: TestContext): void {
  if (why) skip(why);
}

/** One browser for all tests of a file. @returns how to have it */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!why) browser = await launch();
  });
  afterAll(() => browser?.close());
  return () => browser!;
}

/** A page with what went wrong on it so far: errors in its console, and requests to elsewhere. */
export type WatchedPage = Page & { readonly problems: string[] };

/**
 * Opens a page. The test fails if anything has gone wrong on it by its end; `.workshop/screenshots/`
 * has what was seen then.
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: {
    readonly colorScheme?: 'light' | 'dark';
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly javaScriptEnabled?: boolean;
  } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !REFUSED.test(text)) problems.push(text);
  });
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol !== 'data:' && asked !== origin) problems.push(`It asks ${request.url()}`);
  });
  onTestFinished(async ({ task }) => {
    try {
      if (task.result?.state === 'fail' || problems.length > 0) {
        mkdirSync(SCREENSHOTS, { recursive: true });
        const path = join(SCREENSHOTS, `${task.name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`);
        await page.screenshot({ path }).catch(() => {});
      }
    } finally {
      await context.close();
    }
    expect(problems).toEqual([]);
  });
  await page.goto(url);
  return Object.assign(page, { problems });
}

/** Waits until the text of what was found is so. @returns it */
export async function shows(
  place: Locator,
  words: string | RegExp,
  deadlineMs = DEADLINE_MS,
): Promise<string> {
  let text = 'nothing';
  const holds = async () => {
    // It may be drawn anew at this moment.
    text = await Promise.resolve((await place.count()) > 0 ? place.first().innerText() : '').catch(
      () => '',
    );
    return typeof words === 'string' ? text.includes(words) : words.test(text);
  };
  if (!(await until(holds, deadlineMs))) throw new Error(`It shows not ${words}, but:\n${text}`);
  return text;
}

/** What axe has found on the page as it is now, each with its places. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`,
  );
}

/** Whether the page can be scrolled to the side. */
export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(
    'document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth',
  );
}

/** Keeps a picture of what is seen under `.workshop/screenshots/`, if SCREENSHOTS asks for it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}
