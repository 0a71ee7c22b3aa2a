import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASKS } from '../../checks/queries/index.ts';
import { PORTS } from '../commands.js';
import { ASKED, readAsked, type Asked } from '../learner/asked.ts';
import { CHECKED, readState } from '../learner/state.ts';
import { watch } from '../program/watch.ts';
import { FILES, readBook, type Book, type Chapter } from './book.ts';
import { layout, type Done } from './layout.ts';
import type { Desk, Part } from './part.ts';
import { renderChapter } from './render.ts';
import type { Answer, Route } from './server.ts';

/** The folders whose pictures the page shows, and a file besides. */
const PICTURES = ['docs/pictures', 'docs/diagrams'];
const PICTURE = 'bench/requests.svg';

const TYPES = { png: 'image/png', svg: 'image/svg+xml' };

/** An SVG has its colors within it. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** How often it looks for what was passed and answered meanwhile, in milliseconds. */
const LOOK_MS = 500;

/** The pages of the texts, the pictures in them, and what of them is done: the event `done`. */
export function textPart({ root, env, ports, publish }: Desk, token: string): Part {
  const pictures = picturesIn(root);
  const read = bookReader(root);
  const publishDone = () => {
    const done = doneOf(root);
    const chapters = read().flatMap((book) => book.chapters);
    const said = chapters.map((chapter) => [chapter.path, done(chapter)] as const);
    publish('done', Object.fromEntries(said.filter(([, words]) => words)));
  };
  publishDone();
  const stop = watch(
    [CHECKED, ASKED].map((file) => join(root, file)),
    publishDone,
    LOOK_MS,
  );
  const routes: readonly Route[] = [
    ...[...pictures].map((path) => picture(root, path)),
    { method: 'GET', path: '/*', handle: ({ rest }) => chapterPage(rest) },
  ];
  return { routes, stop };

  function chapterPage(rest: string): Answer {
    const books = read();
    const done = doneOf(root);
    const path = rest === '' ? books[0]?.chapters[0]?.path : `/${rest}`;
    const book = books.find(({ chapters }) => chapters.some((one) => one.path === path));
    const chapter = book?.chapters.find((one) => one.path === path);
    if (!book || !chapter) {
      const text = '<h1>There is no such page</h1>\n<p>Look for it in the contents above.</p>';
      const body = layout({ title: 'No such page', text, books, done, token });
      return { status: 404, type: 'text/html', body };
    }
    const text = linkHere(renderChapter(chapter, book.file, books, pictures), { env, ports });
    const title = `${chapter.title} – Tree Counter`;
    return { type: 'text/html', body: layout({ title, text, books, done, chapter, token }) };
  }
}

/** Reads the texts anew once a file of them has changed; one that is away is left out. */
function bookReader(root: string): () => Book[] {
  const kept = new Map<string, { readonly at: number; readonly book: Book }>();
  return () =>
    FILES.flatMap((file) => {
      const path = join(root, file);
      if (!existsSync(path)) return [];
      const at = statSync(path).mtimeMs;
      const before = kept.get(file);
      if (before?.at === at) return [before.book];
      const book = readBook(root, file);
      kept.set(file, { at, book });
      return [book];
    });
}

/** Has links to this computer lead to the ports that things have here. */
function linkHere(html: string, { env, ports }: Pick<Desk, 'env' | 'ports'>): string {
  const known: Readonly<Record<string, number | undefined>> = {
    [PORTS.program]: ports.program,
    [PORTS.visitors]: ports.visitors,
    [PORTS.prometheus]: ports.prometheus,
    [PORTS.central]: ports.central,
  };
  return html.replace(/<a href="http:\/\/localhost:\d[^<]*<\/a>/g, (link) =>
    link.replace(/localhost:(\d+)/g, (usual, port: string) => {
      const moved = known[port] ?? Number(env[`PORT_${port}`]);
      return moved ? `localhost:${moved}` : usual;
    }),
  );
}

function picturesIn(root: string): Set<string> {
  const paths = PICTURES.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  return new Set([...paths, PICTURE].filter((path) => /\.(png|svg)$/.test(path)));
}

function picture(root: string, path: string): Route {
  const type = TYPES[path.slice(-3) as keyof typeof TYPES];
  const headers = { 'Content-Security-Policy': PICTURE_POLICY };
  return {
    method: 'GET',
    path: `/${path}`,
    handle: async () => ({ type, headers, body: await readFile(join(root, path)) }),
  };
}

/** What `make check` and `make ask` remember of each chapter. */
function doneOf(root: string): Done {
  const { passed } = readState(root);
  const asked = readAsked(root);
  return (chapter) => {
    const step = Number(/^(\d\d) /.exec(chapter.title)?.[1]);
    const parts = [step <= passed ? 'passed' : '', answeredOf(chapter, asked)].filter(Boolean);
    return parts.length > 0 ? parts.join(', ') : undefined;
  };
}

function answeredOf({ title }: Chapter, asked: Asked): string {
  const asks = ASKS.filter(({ heading }) => heading === title);
  const right = asks.filter(({ id }) => asked[id]?.right).length;
  return right > 0 ? `${right} of ${asks.length} questions right` : '';
}
