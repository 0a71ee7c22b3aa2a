import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES } from './book.ts';

/** The sources of all diagrams of the texts. */
export function diagramsIn(root: string): string[] {
  const texts = FILES.filter((file) => existsSync(join(root, file))).map((file) =>
    readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n'),
  );
  return texts.flatMap((text) =>
    [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, source = '']) => source.trim()),
  );
}

/** The path of the pictures of a diagram, without theme and ending: another source has another. */
export function diagramName(source: string): string {
  const hash = createHash('sha256').update(source.trim()).digest('hex');
  return `docs/diagrams/${hash.slice(0, 12)}`;
}

/** What a diagram shows, in words, as its source says. */
export function diagramWords(source: string): string | undefined {
  return /^\s*accDescr: *(.+)$/m.exec(source)?.[1];
}
