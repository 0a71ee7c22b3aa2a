import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ASKS } from '../../checks/queries/index.ts';
import { FILES, parseBook, readBook, resolveLink, type Book } from '../../workshop/page/book.ts';
import { diagramName, diagramsIn, diagramWords } from '../../workshop/page/diagrams.ts';
import { renderChapter } from '../../workshop/page/render.ts';
import type { Answer } from '../../workshop/page/server.ts';
import { textPart } from '../../workshop/page/text.ts';
import { ROOT } from '../../workshop/programs.ts';
import { readDocument } from '../text/document.ts';
import { existsSync } from 'node:fs';
import { temporaryFolder } from '../support/workspace.ts';

const TOKEN = 'the token';

/** The pages of the texts in `root`, asked as the server does. */
function pagesOf(root: string) {
  const told: unknown[] = [];
  const ports = { program: 1, visitors: 1, prometheus: 1 };
  const publish = (...event: unknown[]) => void told.push(event);
  const part = textPart({ root, env: {}, ports, publish }, TOKEN);
  void part.stop?.();
  const signal = new AbortController().signal;
  const get = async (path: string): Promise<Answer & { readonly body: string }> => {
    const route =
      part.routes.find((one) => one.path === path) ?? part.routes.find((one) => one.path === '/*')!;
    const rest = route.path === '/*' ? path.slice(1) : '';
    const answer = await route.handle({
      rest,
      query: new URLSearchParams(),
      body: undefined,
      signal,
    });
    return { ...answer, body: `${answer.body}` };
  };
  return { part, get, told };
}

/** The HTML of a text that is one chapter of WORKSHOP.md. */
function rendered(text: string): string {
  const book = parseBook('WORKSHOP.md', `# Class\n\n## Chapter\n\n${text}`);
  return renderChapter(book.chapters[1]!, book.file, [book], new Set(['docs/pictures/page.png']));
}

describe('the pages of the real texts', () => {
  let books: Book[];
  let pages: Map<string, string>;
  beforeAll(async () => {
    books = FILES.map((file) => readBook(ROOT, file));
    const { get } = pagesOf(ROOT);
    pages = new Map();
    for (const { path } of books.flatMap(({ chapters }) => chapters)) {
      const { status = 200, body } = await get(path);
      expect(status).toBe(200);
      pages.set(path, body);
    }
  });

  test('link to the ports that things have here, and show these', () => {
    const page = pages.get('/workshop/01-bare-handler')!;
    expect(page).toMatch(
      /<a href="http:\/\/localhost:1\/metrics"[^>]*>http:\/\/localhost:1\/metrics</,
    );
    expect(page).not.toMatch(/<a href="http:\/\/localhost:8001/);
  });

  test('are the chapters, all of them, with every heading and block', () => {
    for (const { file, chapters } of books) {
      const document = readDocument(file);
      expect(chapters.slice(1).map(({ title }) => title)).toEqual(
        document.chapters.map(({ title }) => title.replace(/[`*_]/g, '')),
      );
      for (const [i, { blocks, text }] of document.chapters.entries()) {
        const page = pages.get(chapters[i + 1]!.path)!;
        const shown = page.match(/<pre/g)?.length ?? 0;
        const diagrams = blocks.filter(({ language }) => language === 'mermaid').length;
        expect(shown, chapters[i + 1]!.title).toBe(blocks.length - diagrams);
        expect(page.match(/<details/g)).toHaveLength((text.match(/<details>/g)?.length ?? 0) + 2);
        expect(page.match(/<h[1-4] id/g)).toHaveLength(chapters[i + 1]!.headings.length);
      }
    }
  });

  test('lead on: each link within them has its place, each picture is served', async () => {
    const { part } = pagesOf(ROOT);
    const served = new Set(part.routes.map(({ path }) => path));
    for (const [path, page] of pages) {
      for (const [, href = ''] of page.matchAll(/<a [^>]*href="([^"]*)"/g)) {
        if (/^https?:/.test(href)) continue;
        const { pathname, hash } = new URL(href, `http://localhost${path}`);
        const target = pathname === '/' ? pages.get('/workshop/') : pages.get(pathname);
        expect(target, `${path}: ${href}`).toBeDefined();
        if (hash) expect(target, `${path}: ${href}`).toContain(`id="${hash.slice(1)}"`);
      }
      for (const [, source = ''] of page.matchAll(/<(?:img|source)[^>]* src(?:set)?="([^"]*)"/g)) {
        expect(served, path).toContain(source);
      }
    }
  });

  test('have a place for each query and each question, once', () => {
    const all = [...pages.values()].join('');
    for (const { id, asks } of ASKS) {
      const places = all.split(`<section class="ask" data-ask="${id}">`);
      expect(places, id).toHaveLength(2);
      // Without JavaScript it says what is asked, and what to type.
      const [place = ''] = places[1]!.split('</section>');
      expect(place.match(/<br>/g) ?? []).toHaveLength(asks.length - 1);
      expect(place).toContain(`<code>make ask N=${id}</code>`);
    }
    for (const { file, chapters } of books) {
      for (const [i, { blocks }] of readDocument(file).chapters.entries()) {
        const queries = blocks.filter(({ language }) => language === 'promql');
        const page = pages.get(chapters[i + 1]!.path)!;
        expect(page.match(/<figure class="query"/g) ?? []).toHaveLength(queries.length);
        // With its answer below it, unless it stands in a fold's list.
        const answered = queries.filter(({ answer }) => answer.startsWith('→'));
        expect(page.match(/<figcaption>/g) ?? []).toHaveLength(answered.length);
      }
    }
  });

  test('have no id twice, whatever the headings are called', () => {
    for (const [path, page] of pages) {
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(ids, path).toEqual([...new Set(ids)]);
    }
  });

  test('let nobody copy a folded solution', () => {
    for (const [path, page] of pages) {
      for (const [fold] of page.matchAll(/<summary>Solution: [^]*?<\/details>/g)) {
        expect(fold, path).toContain('<pre');
        expect(fold, path).not.toContain('data-copy');
      }
    }
    expect(pages.get('/workshop/03-counters')).toContain('data-copy');
  });

  test('tell nothing away that no link of theirs leads to', () => {
    expect(resolveLink('WORKSHOP.md#04-labels', 'PRODUCTION.md', books)).toBe(
      '/workshop/04-labels#04-labels',
    );
    expect(resolveLink('../package.json', 'WORKSHOP.md', books)).toBeUndefined();
    expect(resolveLink('javascript:alert(1)', 'WORKSHOP.md', books)).toBeUndefined();
    const { part } = pagesOf(ROOT);
    for (const { path, method } of part.routes) {
      expect(method).toBe('GET');
      expect(path).toMatch(
        /^\/(docs\/(pictures|diagrams)\/[\w-]+\.(png|svg)|bench\/requests\.svg|\*)$/,
      );
    }
  });
});

describe('the HTML of the text is let through by a list', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<iframe src="https://evil.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#115;cript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](<javascript:alert(1)>)',
    '[x](data:text/html,<script>alert(1)</script>)',
    '![x](https://evil.example/x.png)',
    '![" onerror="alert(1)](docs/pictures/page.png)',
    '<details open ontoggle=alert(1)><summary>x</summary>',
    '<style>@import url(https://evil.example)</style>',
    '<div style="background:url(https://evil.example)">x</div>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<form action="https://evil.example"><input name=a></form>',
    '<object data="x"></object><embed src="x"><link rel=stylesheet href=x>',
    '<math><mtext><script>alert(1)</script></mtext></math>',
    '<!--><script>alert(1)</script>-->',
    '<scr<script>ipt>alert(1)</script>',
    '<picture><source srcset="https://evil.example/x" onerror=alert(1)></picture>',
    '```promql\nup" onclick="alert(1)\n```',
    '```"><script>alert(1)</script>\nx\n```',
    '| a |\n| - |\n| <script>alert(1)</script> |',
    '## <img src=x onerror=alert(1)>',
    '`<script>alert(1)</script>`',
  ])('%s', (text) => {
    for (const html of [rendered(text), rendered(`- ${text}`), rendered(`x ${text} y`)]) {
      // What is left of it as a tag, the text within aside.
      const tags = html.match(/<[^>]*>/g) ?? [];
      for (const tag of tags) {
        expect(tag).toMatch(
          /^<\/?(p|em|code|pre|a|img|details|summary|div|table|thead|tbody|tr|th|td|ul|li|h\d|figure|figcaption|picture|source)\b/,
        );
        const names = tag.replace(/"[^"]*"/g, '""');
        expect(names).not.toMatch(/\son\w+|style|srcdoc|action|http-equiv/i);
        expect(tag).not.toMatch(/javascript:|data:text/i);
        expect(tag).not.toMatch(/(src|srcset)="(?!\/)[^"]+"/);
      }
    }
  });

  test('what the texts use comes through', () => {
    const html = rendered(
      '<details><summary>Why <code>a</code> <em>b</em>?</summary>\n\n**Because.**\n\n</details>\n\n![A page of trees](docs/pictures/page.png)',
    );
    expect(html).toContain('<summary>Why <code>a</code> <em>b</em>?</summary>');
    expect(html).toContain('<strong>Because.</strong>');
    expect(html).toContain('<img src="/docs/pictures/page.png" alt="A page of trees">');
    const query = rendered('```promql\nsum by (le) (\n  up{a="b"} > 1\n)\n```');
    expect(query).toContain('data-query="sum by (le) (&#10;  up{a=&#34;b&#34;} &#62; 1&#10;)"');
  });
});

describe('a text that somebody has edited to pieces', () => {
  test.each([
    ['nothing', ''],
    ['no heading', 'only words'],
    ['a block that is never closed', '# A\n\n## B\n\n```ts\nconst a'],
    [
      'folds that are never closed',
      '# A\n\n## B\n\n<details><summary>x\n\n## C\n\n</details></details>',
    ],
    ['two chapters of one name', '# A\n\n## B\n\nfirst\n\n## B\n\nsecond'],
    ['zeros', '\0\0# A\0\n\n## \0'],
    ['CRLF', '# A\r\n\r\n## B\r\n\r\n```sh\r\nmake dev\r\n```\r\n'],
    ['larger than life', `# A\n\n## B\n\n${'word '.repeat(400_000)}`],
  ])('is shown as far as it goes: %s', async (_, text) => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'WORKSHOP.md'), text);
    const { get } = pagesOf(root);
    const { status = 200, body } = await get('/');
    expect(status).toBe(200);
    expect(body).toContain('</html>');
    for (const [, path = ''] of body.matchAll(/href="(\/workshop\/[^"#]*)"/g)) {
      expect((await get(path)).status ?? 200, path).toBe(200);
    }
  });

  test('a page that is not there says where to look, and so does no text at all', async () => {
    const { get } = pagesOf(await temporaryFolder());
    for (const path of ['/', '/workshop/04-labels', '/..%2f..%2fetc/passwd', '/<script>']) {
      const { status, body } = await get(path);
      expect(status).toBe(404);
      expect(body).toContain('There is no such page');
      expect(body).not.toContain('/<script>');
    }
  });

  test('is read anew once it is saved', async () => {
    const root = await temporaryFolder();
    const { get } = pagesOf(root);
    await writeFile(join(root, 'WORKSHOP.md'), '# A\n\n## B\n\nfirst\n');
    expect((await get('/workshop/b')).body).toContain('first');
    await writeFile(join(root, 'WORKSHOP.md'), '# A\n\n## B\n\nthe second one\n');
    expect((await get('/workshop/b')).body).toContain('the second one');
  });
});

test('what make check and make ask remember stands in the contents, in words', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, '.workshop'));
  await writeFile(
    join(root, 'WORKSHOP.md'),
    '# A\n\n## 03 Counters\n\n## 04 Labels\n\n## 05 Gauges\n',
  );
  await writeFile(join(root, '.workshop/check.json'), '{"passed":3}');
  await writeFile(
    join(root, '.workshop/asks.json'),
    '{"04a":{"tries":1,"right":true},"05a":{"tries":2}}',
  );
  const { get, told } = pagesOf(root);
  const { body } = await get('/');
  const asks = ASKS.filter(({ heading }) => heading === '04 Labels').length;
  expect(body).toMatch(/03 Counters<\/a> <span class="done">✓ passed</);
  expect(body).toContain(`04 Labels</a> <span class="done">✓ 1 of ${asks} questions right<`);
  expect(body).toMatch(/05 Gauges<\/a> <span class="done"></);
  expect(told).toEqual([
    [
      'done',
      { '/workshop/03-counters': 'passed', '/workshop/04-labels': `1 of ${asks} questions right` },
    ],
  ]);
});

test('a query is for the server that the line above it names', () => {
  const query = (name: string) => `\n\n\`\`\`promql\n${name}\n\`\`\`\n\n`;
  const html = rendered(
    `On 9090:${query('one')}→ 1 value. Then\non 9095:${query('two')}→ nothing.\n\nOn 9090 and 9095:${query('three')}9095 once more.\n\nHere:${query('four')}`,
  );
  const figures = [
    ...html.matchAll(/<figure class="query"( data-server="\w+")? data-query="(\w+)"/g),
  ];
  expect(figures.map(([, server, name]) => [name, server])).toEqual([
    ['one', undefined],
    ['two', ' data-server="central"'],
    ['three', undefined],
    ['four', undefined],
  ]);
});

test('each diagram is drawn from what stands in the text, in both themes, and says what it shows', () => {
  const sources = diagramsIn(ROOT);
  expect(sources.length).toBeGreaterThan(4);
  for (const source of sources) {
    const says = diagramWords(source) ?? '';
    expect(says.length, `say in accDescr what this shows:\n${source}`).toBeGreaterThan(40);
    for (const theme of ['light', 'dark']) {
      const path = `${diagramName(source)}-${theme}.svg`;
      const why = `type npm run diagrams, and look at what it draws of:\n${source}`;
      expect(existsSync(join(ROOT, path)), why).toBe(true);
    }
  }
});
