import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Styles text, or leaves it as it is. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Colours, whatever is written to. */
export const colours: Paint = (style, text) =>
  // Asked for by name: the Nodes differ in whether styleText looks at the terminal by itself.
  styleText(style, text, { validateStream: false });

/** Colours for a terminal that has them, unless NO_COLOR is set; none for a pipe or a file. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY && (stream as WriteStream).hasColors();
  return coloured ? colours : (_, text) => text;
}
