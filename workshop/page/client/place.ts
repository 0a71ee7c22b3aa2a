/** What may be written at the end of a piece of a query. */
export type Place =
  /** A name of a metric, a function or an aggregation. */
  | { readonly kind: 'name'; readonly from: number }
  /** A name of a label: of a condition, or of a list such as that of `by`. */
  | {
      readonly kind: 'label';
      readonly from: number;
      readonly metric: string | undefined;
      readonly condition: boolean;
    }
  /** A value of a label, within its quotes. */
  | {
      readonly kind: 'value';
      readonly from: number;
      readonly metric: string | undefined;
      readonly label: string;
    };

const LISTS = /(?:^|[^\w:])(by|without|on|ignoring|group_left|group_right)\s*$/i;

/** Finds what the last word of `before` is to become; undefined where nothing can be offered. */
export function placeAt(before: string): Place | undefined {
  const open: { readonly bracket: string; readonly at: number }[] = [];
  let quote: { readonly mark: string; readonly at: number } | undefined;
  for (let at = 0; at < before.length; at++) {
    const character = before[at]!;
    if (quote) {
      if (character === '\\' && quote.mark !== '`') at++;
      else if (character === quote.mark) quote = undefined;
    } else if (character === '#') {
      const end = before.indexOf('\n', at);
      if (end < 0) return undefined;
      at = end;
    } else if (`"'\``.includes(character)) quote = { mark: character, at };
    else if ('({['.includes(character)) open.push({ bracket: character, at });
    else if (')}]'.includes(character)) open.pop();
  }
  const top = open.at(-1);
  const metric = top && /([a-zA-Z_:][\w:]*)\s*$/.exec(before.slice(0, top.at))?.[1];
  if (quote) {
    if (top?.bracket !== '{') return undefined;
    const label = /(\w+)\s*(?:=~|!~|!=|=)\s*$/.exec(before.slice(0, quote.at))?.[1];
    return label === undefined ? undefined : { kind: 'value', from: quote.at + 1, metric, label };
  }
  const word = /[\w:]*$/.exec(before)![0];
  const from = before.length - word.length;
  // A number, or the time behind it.
  if (/^\d/.test(word)) return undefined;
  if (top?.bracket === '[') return undefined;
  if (top?.bracket === '{') {
    const starts = /[{,]\s*$/.test(before.slice(0, from));
    return starts ? { kind: 'label', from, metric, condition: true } : undefined;
  }
  if (top && LISTS.test(before.slice(0, top.at))) {
    return { kind: 'label', from, metric: undefined, condition: false };
  }
  return { kind: 'name', from };
}

/** The names in a query that stand where metrics do: before braces, before a range, or alone in a call. */
export function metricsIn(query: string): string[] {
  const bare = query.replace(/#.*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '');
  const names = bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(?=[{[)]|$)/g);
  return [...new Set([...names].map(([, name]) => name!))];
}
