import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../checks/harness/ports.js';
import { until } from '../checks/harness/program.ts';
import { runCommand } from '../tests/support/cli.ts';
import { startLearn } from '../tests/support/page.ts';
import { temporaryFolder } from '../tests/support/workspace.ts';
import { readDocument } from '../tests/text/document.ts';
import { readFiles, typeChapter, type Use } from '../tests/text/typing.ts';
import { openBoard } from '../workshop/board/open.ts';
import { ANSWERS } from '../workshop/learner/answers.ts';
import { joinBoard } from '../workshop/learner/joined.ts';
import {
  barriers,
  isTooWide,
  needsBrowser,
  openPage,
  picture,
  shows,
  useBrowser,
} from './browser.ts';
import { launch, type Locator, type Page } from './chromium.ts';
import { needsPrometheus, startPrometheus } from './prometheus.ts';

beforeEach(needsBrowser);

const browser = useBrowser();

const THEMES = ['light', 'dark'] as const;

/** A first paint may take so long on a quiet machine, in milliseconds. */
const PAINT_MS = 1000;

/** So much longer than `make check` may a save take to be judged on the page, in milliseconds. */
const BEYOND_CHECK_MS = 300;

/** What other work on the machine may add to both. */
const LOOSE_MS = 3000;

/** Saves a file as many editors do: a new one takes the place of the old one. */
async function save(file: string, text: string): Promise<void> {
  await writeFile(`${file}~`, text);
  await rename(`${file}~`, file);
}

/** What a chapter has a learner type into app/, file by file as each is saved. */
function savesOf(title: string, before: ReadonlyMap<string, string>) {
  const chapter = readDocument('WORKSHOP.md').chapters.find((one) => one.title === title)!;
  const files = new Map(before);
  const saves: { file: string; text: string; use: Use }[] = [];
  typeChapter(chapter, files, (_, file, use) => {
    saves.push({ file, text: files.get(file)!, use });
  });
  return { saves, files };
}

interface Verdict {
  readonly state: string;
  readonly words: string;
  /** Milliseconds from when it was waited for. */
  readonly after: number;
}

/** Waits for what the next check says, which has not begun yet. Changes the program meanwhile. */
async function verdictOn(page: Page, change: () => Promise<void>): Promise<Verdict> {
  await page.evaluate(`void (window.verdict = new Promise((resolve) => {
    const line = document.querySelector('#page-check .state');
    let begun = false;
    new MutationObserver(() => {
      const { state } = line.dataset;
      if (state === 'running') begun = true;
      else if (begun) resolve({ state, words: line.innerText, at: Date.now() });
    }).observe(line, { attributes: true });
    setTimeout(() => resolve({ state: 'none came', words: line.innerText, at: 0 }), 60000);
  }))`);
  const start = Date.now();
  await change();
  const { at, ...said } = await page.evaluate<{ state: string; words: string; at: number }>(
    'window.verdict',
  );
  return { ...said, after: at - start };
}

/** Goes to a chapter by the contents. */
async function choose(page: Page, chapter: string): Promise<void> {
  const contents = page.locator('#page-contents');
  await contents.locator('summary').click();
  await contents.getByRole('link', { name: chapter }).click();
  await shows(page.locator('main h1'), chapter);
}

/** When something was seen first, in milliseconds from the click on. */
function firstPaint(page: Page): Promise<number> {
  return page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
}

const program = (page: Page) => page.locator('#page-program');

test('a newcomer goes through chapters 02 to 04 by clicking, and by saving in an editor', async () => {
  const { root, url } = await startLearn(1);
  const page = await openPage(browser(), url);
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), colorScheme).toEqual([]);
  }
  await page.locator('header a[rel=next]').click();
  await choose(page, '02 Expose metrics');
  await shows(program(page), 'Does not run');
  expect(await firstPaint(page)).toBeLessThan(PAINT_MS + LOOSE_MS);
  await program(page).getByRole('button', { name: 'Start npm run dev' }).click();
  await shows(program(page), /Runs on port \d+, without metrics/);
  await shows(program(page), 'Listening on');

  let files = readFiles('steps/01-bare-handler');
  const write = ({ file, text }: { file: string; text: string }) =>
    save(join(root, 'app', file), text);
  for (const [title, number] of [
    ['02 Expose metrics', 2],
    ['03 Counters', 3],
    ['04 Labels', 4],
  ] as const) {
    if (number > 2) await choose(page, title);
    await shows(page.locator('#page-check'), 'this chapter is checked');
    const typed = savesOf(title, files);
    files = typed.files;
    const [first, ...others] = typed.saves;
    const last = others.pop()!;
    const unfinished = await verdictOn(page, () => write(first!));
    expect(unfinished).toMatchObject({ state: 'failed', words: expect.stringMatching(/Not yet/) });
    await shows(page.locator('#page-check'), /came back[^]*hint/);
    for (const colorScheme of number === 2 ? THEMES : []) {
      await page.emulateMedia({ colorScheme });
      expect(await barriers(page), colorScheme).toEqual([]);
    }
    for (const one of others) {
      // The first path that anybody types is a mistake that the check has a hint for.
      const isPath = number === 4 && one.use === 'mistake';
      if (isPath)
        expect(await verdictOn(page, () => write(one))).toMatchObject({ state: 'failed' });
      else await write(one);
    }
    const passed = await verdictOn(page, () => write(last));
    expect(passed).toMatchObject({ state: 'passed', words: expect.stringMatching(/Passes/) });
    await shows(page.locator('#page-summary'), '✓ passes');
    if (number === 3) {
      const begun = Date.now();
      expect(await runCommand(['check', '3'], {}, [], root)).toMatchObject({ code: 0 });
      const own = Date.now() - begun;
      expect(passed.after).toBeLessThan(own + BEYOND_CHECK_MS + LOOSE_MS);
    }
    const mark = page.locator('#page-contents li', { hasText: title }).locator('.done');
    expect(await until(async () => (await mark.textContent())!.includes('✓'), 10_000)).toBe(true);
  }
  await shows(program(page), /Runs on port \d+, since/);

  await page.locator('#page-metrics').getByLabel('Names with').fill('requests_total');
  await page.getByRole('button', { name: 'Look' }).click();
  await shows(page.locator('#page-metrics .scrolled'), 'endpoint="/treecounter"');
  const load = page.locator('#page-load');
  await load.getByLabel('requests per second').fill('50');
  await load.getByRole('button', { name: 'Start' }).click();
  await shows(load, / s, [1-9]\d* requests/);
  await load.getByRole('button', { name: 'Stop' }).click();
  await shows(load, 'The traffic is over.');
  await page.getByRole('button', { name: 'Look' }).click();
  // What has changed is bold, and breaks where the other rows do.
  await shows(page.locator('#page-metrics .series', { hasText: /\+\d/ }), /\{method="/);
  await picture(page, 'chapter-04');

  // The place is remembered.
  await page.locator('#the-second-alert').scrollIntoViewIfNeeded();
  await page.evaluate("document.querySelector('#the-second-alert').scrollIntoView()");
  const kept = () => page.evaluate<string>("localStorage.getItem('place') ?? ''");
  expect(await until(async () => /alert/.test(await kept()), 10_000)).toBe(true);
  await page.goto(url);
  await shows(page.locator('main .place'), 'You were at 04 Labels: The second alert.');

  await program(page).getByRole('button', { name: 'Stop npm run dev' }).click();
  await shows(program(page), 'Does not run');
});

test('queries run on a Prometheus that comes later, and questions are answered in place', async (context) => {
  needsPrometheus(context);
  const { root, url, ports } = await startLearn(4);
  const page = await openPage(browser(), url);
  await choose(page, '04 Labels');
  const query = (beginning: string) =>
    page.locator(`figure.query[data-query^='${beginning}']`).first();
  const byEndpoint = query('sum by (endpoint) (rate(');
  await byEndpoint.getByRole('button', { name: 'Run' }).click();
  await shows(byEndpoint, `No Prometheus answers on port ${ports.prometheus}.`);
  await program(page).getByRole('button', { name: 'Start npm run dev' }).click();
  const app = `127.0.0.1:${ports.program}`;
  const prometheus = await startPrometheus(app, '1s', ports.prometheus);
  context.onTestFinished(() => prometheus.stop());
  const drawn = byEndpoint.locator('svg.graph .series');
  const isDrawn = async () => {
    await byEndpoint.getByRole('button', { name: 'Run again' }).click();
    await shows(byEndpoint.locator('.status'), / at \d\d:\d\d:\d\d\.$/);
    return (await drawn.count()) === 4;
  };
  expect(await until(isDrawn, 60_000)).toBe(true);
  const now = await byEndpoint.locator('.answer > div > .values').innerText();
  expect(now).toMatch(/^Now\n.*Series\s+Value\n[^]*\{endpoint="\/treecounter"\}\s+0/);
  await byEndpoint.locator('details summary').click();
  await shows(byEndpoint.locator('details'), /Step by step[^]*\d\d:\d\d:\d\d\s+/);

  const wrong = query('rate(sum(');
  await wrong.getByRole('button', { name: 'Run' }).click();
  await shows(wrong, /Prometheus says: .*ranges only allowed for vector selectors/);
  expect(await wrong.locator('.place').innerText()).toMatch(/^ +rate\(sum\(.*\n +\^/);

  const share = (status: string) =>
    `sum(rate(requests_total{job="app",${status}}[5m])) / sum(rate(requests_total{job="app"}[5m]))`;
  const ask = page.locator('section.ask[data-ask="04d"]');
  const editor = ask.locator('.cm-content');
  await editor.click();
  // So many names that their list scrolls: it must not catch the focus.
  await page.keyboard.type('process_');
  await page.keyboard.press('Control+Space');
  await shows(ask.locator('.cm-tooltip-autocomplete'), /process_cpu_seconds_total/);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Try it');
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(share('status="503"'));
  await page.keyboard.press('Control+Enter');
  await shows(ask, /✗ .*There are other failures than 503/);
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(share('status=~"5.."'));
  // Out of the editor, and onto the button after it.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await shows(ask, /✓ .*Add up first, then divide/);
  expect(await readFile(join(root, ANSWERS), 'utf8')).toContain(share('status=~"5.."'));

  // Meanwhile the same question is answered in an editor of the learner's own, too.
  const file = join(root, ANSWERS);
  const other = 'topk(1, sum by (endpoint) (rate(requests_total[5m])))';
  const busiest = page.locator('section.ask[data-ask="04c"]');
  await busiest.locator('.cm-content').click();
  await page.keyboard.type('max(requests_total)');
  await save(file, `${await readFile(file, 'utf8')}\n# 04c\n${other}\n`);
  await busiest.getByRole('button', { name: 'Try it' }).click();
  const both = await shows(busiest.locator('.conflict'), 'has changed since the page read it');
  expect(both).toMatch(/In the file:\s+topk\(1,[^]*Here:\s+max\(requests_total\)/);
  expect(await readFile(file, 'utf8')).toContain(other);
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), colorScheme).toEqual([]);
    await byEndpoint.scrollIntoViewIfNeeded();
    await picture(page, `results-${colorScheme}`);
    await busiest.scrollIntoViewIfNeeded();
    await picture(page, `asks-${colorScheme}`);
  }
  await busiest.getByRole('button', { name: 'Keep what is here, and try it' }).click();
  await shows(busiest, '✗');
  const kept = await readFile(file, 'utf8');
  expect(kept).toContain('max(requests_total)');
  expect(kept).toContain(share('status=~"5.."'));
});

test('a program that crashes, and one that prints a megabyte, leave the page as it is', async () => {
  const { root, url } = await startLearn(2);
  const page = await openPage(browser(), url);
  await choose(page, '02 Expose metrics');
  await program(page).getByRole('button', { name: 'Start npm run dev' }).click();
  await shows(program(page), /Runs on port \d+, since/);
  const server = join(root, 'app/server.ts');
  const right = await readFile(server, 'utf8');
  const broken = `console.log('<b>oak</b>'.repeat(100_000));\nthrow new Error('no trees');\n`;
  expect(await verdictOn(page, () => save(server, right + broken))).toMatchObject({
    state: 'failed',
  });
  await shows(program(page), 'It has ended: the next save starts it.');
  const printed = await shows(program(page).locator('.scrolled'), 'Error: no trees');
  expect(printed).toContain('<b>oak</b>');
  expect(printed.length).toBeLessThan(100_000);
  expect(await isTooWide(page)).toBe(false);
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), colorScheme).toEqual([]);
    await picture(page, `crash-${colorScheme}`);
  }
  expect(await verdictOn(page, () => save(server, right))).toMatchObject({ state: 'passed' });
  await shows(program(page), /Runs on port \d+, since/);
});

const CHAPTERS = ['/', '/workshop/02-expose-metrics', '/workshop/04-labels'];

test('it is read on a phone, on a projector, in large letters, and without JavaScript', async () => {
  const { url } = await startLearn(1);
  const look = async (page: Page, path: string, of: string) => {
    await page.goto(url + path);
    await shows(page.locator('#page-summary'), 'does not run');
    expect(await isTooWide(page), `${path} ${of}`).toBe(false);
    await picture(page, `${path.split('/').at(-1) || 'start'} ${of}`);
  };
  for (const width of [390, 1920]) {
    for (const colorScheme of THEMES) {
      const viewport = { width, height: 844 };
      const page = await openPage(browser(), url, { viewport, colorScheme });
      for (const path of CHAPTERS) await look(page, path, `${width} ${colorScheme}`);
      if (width > 390) continue;
      // What is folded there can be opened, and then there is still no need to scroll to the side.
      await page.locator('#page-beside > summary').click();
      await shows(program(page), 'Does not run');
      expect(await isTooWide(page)).toBe(false);
      await picture(page, `opened ${width} ${colorScheme}`);
      expect(await barriers(page), `${width}, ${colorScheme}`).toEqual([]);
    }
  }

  // As who needs it sets it in the browser.
  const large = await launch(['--blink-settings=defaultFontSize=32']);
  onTestFinished(() => large.close());
  for (const width of [390, 1280]) {
    const page = await openPage(large, url, { viewport: { width, height: 844 } });
    expect(await page.evaluate('getComputedStyle(document.querySelector("main p")).fontSize')).toBe(
      '32px',
    );
    for (const path of CHAPTERS) await look(page, path, `${width} large`);
  }

  const plain = await openPage(browser(), url, { javaScriptEnabled: false });
  await plain.locator('#page-contents summary').click();
  await plain.locator('#page-contents').getByRole('link', { name: '04 Labels' }).click();
  const text = await shows(plain.locator('main'), 'Which page fails');
  expect(text).toContain('Type make ask N=04c');
  expect(await plain.getByRole('button').count()).toBe(0);
  expect(await plain.locator('aside').isVisible()).toBe(false);
  await picture(plain, 'without JavaScript');
});

test('all of it can be done by keyboard alone', async () => {
  const { url } = await startLearn(1);
  const page = await openPage(browser(), `${url}${CHAPTERS[2]}`);
  const focused = (what: string) =>
    page.evaluate<string>(
      `(({ activeElement: on }) => on.${what})(document.activeElement.shadowRoot ?? document)`,
    );
  const press = async (keys: string, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(keys);
  };
  await shows(page.locator('#page-summary'), 'does not run');
  await press('Tab');
  expect(await focused('textContent')).toBe('To the text');
  await press('Enter');
  expect(await focused('tagName')).toBe('MAIN');
  await press('Tab');
  expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);

  // From the first to the last, and never stuck: what Tab comes by is what a mouse can click.
  const met: string[] = [];
  await page.reload();
  await shows(page.locator('#page-summary'), 'does not run');
  for (let i = 0; i < 400; i++) {
    await press('Tab');
    const on = await focused('tagName');
    if (on === 'BODY') break;
    met.push(
      await focused(
        'getAttribute("aria-label") ?? on.labels?.[0]?.textContent ?? on.textContent',
      ).then((name) => name.trim()),
    );
  }
  expect(met.at(-1)).toBe('Start');
  const names = met.join('\n');
  for (const one of [
    'Contents',
    'Copy',
    'Run: count(requests_total{job="app"})',
    'Your query for question 04c. Ctrl-Enter tries it, Tab leaves the editor.',
    'Try it',
    'Start npm run dev',
    'Check now',
    'Names with',
    'Look',
  ]) {
    expect(names).toContain(one);
  }

  const by = async (place: Locator) => {
    await place.focus();
    await press('Enter');
  };
  await by(page.locator('#page-contents summary'));
  expect(await page.locator('#page-contents a').first().isVisible()).toBe(true);
  await press('Escape');
  expect(await page.locator('#page-contents a').first().isVisible()).toBe(false);
  expect(await focused('textContent')).toBe('Contents');
  const copy = page.locator('main .copy').first();
  await by(copy);
  await shows(copy, 'Copied');
  const query = page.locator('figure.query').first();
  await by(query.getByRole('button', { name: 'Run' }));
  await shows(query, 'No Prometheus answers');
  expect(await focused('textContent')).toBe('Run again');
  const verdict = await verdictOn(page, () => by(page.getByRole('button', { name: 'Check now' })));
  expect(verdict).toMatchObject({ state: 'failed' });
  await by(page.locator('#page-check summary', { hasText: 'More help' }));
  await shows(page.locator('#page-check'), 'Check again: npm run check -- 4');
  await by(program(page).getByRole('button', { name: 'Start npm run dev' }));
  await shows(program(page), 'Listening on');
  expect(await focused('textContent')).toBe('Stop npm run dev');
  await press('Enter');
  await shows(program(page), 'Does not run');
});

test('the hand goes up on the board that was joined', async () => {
  const { root, url } = await startLearn(1);
  const page = await openPage(browser(), url);
  await shows(page.locator('#page-summary'), 'does not run');
  expect(await page.locator('#page-hand').isVisible()).toBe(false);
  const [port, metricsPort] = (await freePorts(2)) as [number, number];
  const file = join(await temporaryFolder(), 'room.jsonl');
  const door = { port, host: '127.0.0.1' };
  const board = await openBoard({ file, door, metricsPort, left: () => {} });
  onTestFinished(() => board.close());
  await joinBoard(root, `http://127.0.0.1:${port}/${board.code}`, 'ada');
  const hand = page.locator('#page-hand');
  await shows(hand, 'You are on the board as ada.');
  const raised = async () =>
    (await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).match(
      /^class_raised_hands .*$/m,
    )?.[0];
  for (const [click, says, counted] of [
    ['Raise your hand', 'Your hand is up.', 1],
    ['Take it down', 'You are on the board as ada.', 0],
  ] as const) {
    await hand.getByRole('button', { name: click }).click();
    await shows(hand, says);
    expect(await raised()).toBe(`class_raised_hands ${counted}`);
  }
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), colorScheme).toEqual([]);
  }
  await picture(page, 'hand');
});

test('what these tests watch for is seen', async () => {
  const { url } = await startLearn(1);
  const page = await openPage(browser(), url);
  await page.evaluate(`document.querySelector('main').append(
    Object.assign(new Image(), { src: 'http://127.0.0.1:1/' }),
    Object.assign(document.createElement('p'), { innerHTML: '<b style="color: red">oak</b>' }),
    Object.assign(document.createElement('pre'), { className: 'wide', textContent: 'oak' }),
  )`);
  expect(await until(() => page.problems.length >= 2, 10_000)).toBe(true);
  expect(page.problems.join('\n')).toMatch(/It asks http:|img-src/);
  expect(page.problems.join('\n')).toMatch(/style-src/);
  expect((await barriers(page)).join()).toMatch(/image-alt/);
  await page.evaluate("document.querySelector('pre.wide').style.width = '9000px'");
  expect(await isTooWide(page)).toBe(true);
  page.problems.length = 0;
});
