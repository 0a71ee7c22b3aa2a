import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BROWSERS } from '../workshop/authors/browsers.ts';
import { ROOT } from '../workshop/programs.ts';
import { findOnPath } from '../workshop/stack/path.ts';

// What is used here of playwright-core: its own types are not there where it is not installed.

/** What can be found on a page, now or later. */
export interface Locator {
  locator(selector: string, options?: { hasText?: string | RegExp }): Locator;
  getByRole(role: string, options?: { name?: string | RegExp; exact?: boolean }): Locator;
  getByLabel(name: string | RegExp): Locator;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  count(): Promise<number>;
  click(): Promise<void>;
  focus(): Promise<void>;
  fill(text: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  pressSequentially(text: string): Promise<void>;
  isVisible(): Promise<boolean>;
  innerText(): Promise<string>;
  textContent(): Promise<string | null>;
  allInnerTexts(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  scrollIntoViewIfNeeded(): Promise<void>;
}

/** A page that is open; `evaluate` takes an expression, since the browser's types are not here. */
export interface Page extends Omit<Locator, 'first' | 'last' | 'nth' | 'count'> {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  url(): string;
  evaluate<Value>(expression: string): Promise<Value>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(options: { colorScheme: 'light' | 'dark' }): Promise<void>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  keyboard: { press(keys: string): Promise<void>; type(text: string): Promise<void> };
  on(event: 'console', told: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', told: (error: Error) => void): void;
  on(event: 'request', told: (request: { url(): string }) => void): void;
}

export interface Context {
  newPage(): Promise<Page>;
  grantPermissions(permissions: string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  newContext(options: object): Promise<Context>;
  close(): Promise<void>;
}

interface Chromium {
  executablePath(): string;
  launch(options: object): Promise<Browser>;
}

const TOOLS = join(ROOT, '.workshop', 'browser');

/** The file of axe-core that a page runs. */
export const AXE = join(TOOLS, 'node_modules', 'axe-core', 'axe.min.js');

/** Why no browser can be driven here; undefined if one can. */
export function lacksBrowser(): string | undefined {
  if (!existsSync(AXE)) return 'The tools that drive a browser are not here. Type: bash .ci/run';
  if (!existsSync(load().executablePath()) && !onPath())
    return `There is none of ${BROWSERS.join(', ')} on PATH.`;
  return undefined;
}

/** Starts a browser: its own of playwright-core where it has one, else the one on PATH. */
export function launch(args: readonly string[] = []): Promise<Browser> {
  const chromium = load();
  const own = existsSync(chromium.executablePath());
  return chromium.launch({
    ...(!own && { executablePath: onPath() }),
    // Root, and many a machine of CI, cannot have one. What it opens is this repository's own.
    chromiumSandbox: false,
    args,
  });
}

function load(): Chromium {
  return createRequire(join(TOOLS, 'package.json'))('playwright-core').chromium;
}

function onPath(): string | undefined {
  return BROWSERS.flatMap((name) => findOnPath(name, process.env) ?? [])[0];
}
