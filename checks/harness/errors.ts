import { stripVTControlCharacters } from 'node:util';

/** An error that a program has printed with its stack: that tells it from a line of its log. */
export interface PrintedError {
  /** Such as `TypeError`. */
  readonly name: string;
  /** Its lines up to the stack. */
  readonly message: string;
  readonly stack: string;
}

/** How an error begins, on a line of its own or behind what a log puts before it. */
const HEADER = /(?:^|[\s"'(:])((?:[A-Z]\w*)?Error)(?: \[\w+\])?(?::|$)/;
const FRAME = /^\s+at /;
/** A message of several lines is shorter than this. */
const MOST_MESSAGE_LINES = 8;

/** The errors in what a program has printed, in order. */
export function errorsIn(output: string): PrintedError[] {
  const lines = output.split(/\r?\n/).flatMap(unfold);
  return lines.flatMap((line, index) => {
    if (!FRAME.test(line) || FRAME.test(lines[index - 1] ?? '')) return [];
    const start = Math.max(0, index - MOST_MESSAGE_LINES);
    const above = lines.slice(start, index);
    const header = above.findLastIndex((one) => HEADER.test(one) && !FRAME.test(one));
    if (header < 0) return [];
    const [, name = 'Error'] = HEADER.exec(above[header]!)!;
    const end = lines.findIndex((one, at) => at > index && !FRAME.test(one));
    return {
      name,
      message: above.slice(header).join('\n'),
      stack: lines.slice(index, end < 0 ? undefined : end).join('\n'),
    };
  });
}

/** A log in JSON holds an error's stack in one line. */
function unfold(line: string): string[] {
  return line.startsWith('{') ? line.replaceAll('\\"', '"').split('\\n') : [line];
}

/** A text without what a terminal would obey, so that a person can read what a program sent. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?![\n\t])\p{Cc}/gu, '');
}
