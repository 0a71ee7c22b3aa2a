import { createRequire } from 'node:module';
import type { SyntaxNode } from '@lezer/common';
import type * as Grammar from '@prometheus-io/lezer-promql';

/** Its tables take their time to load: not before a query is read, which promtool need not wait for. */
function loadParser(): typeof Grammar.parser {
  const require = createRequire(import.meta.url);
  return (require('@prometheus-io/lezer-promql') as typeof Grammar).parser;
}

let parser: typeof Grammar.parser | undefined;

/** A part of a query, with all that it is an argument of. */
interface Part {
  /**
   * The functions and aggregations around it, the outermost first; `subquery` where one lies between:
   * in `rate(sum(x)[2m:])` those around `sum` are `rate` and `subquery`.
   */
  readonly inside: readonly string[];
}

/** One condition of a selector: `status=~"5.."`. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector extends Part {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** As written, such as `5m`; of an instant vector undefined. */
  readonly range: string | undefined;
  /** As written, such as `5m`. */
  readonly offset: string | undefined;
}

/** A call of a function, or an aggregation. */
export interface Call extends Part {
  readonly name: string;
  /** Which labels an aggregation keeps or takes away; undefined where it does not say. */
  readonly grouping: { readonly by: boolean; readonly labels: readonly string[] } | undefined;
}

/** A binary operator: `/`, `and`, `==`. */
export interface Operator extends Part {
  readonly op: string;
  readonly bool: boolean;
  /** The labels of `on (…)`; undefined without it. */
  readonly on: readonly string[] | undefined;
  readonly ignoring: readonly string[] | undefined;
  readonly group: 'group_left' | 'group_right' | undefined;
}

/** How a query is built, by the official grammar; of one with an error, what can be told. */
export interface Structure {
  readonly selectors: readonly Selector[];
  readonly calls: readonly Call[];
  readonly operators: readonly Operator[];
  /** The numbers that stand in it by themselves. */
  readonly numbers: readonly number[];
  /** What it gives, by its outermost part. */
  readonly gives: 'range vector' | 'text' | 'number' | 'vector';
}

/** Reads a query's structure. */
export function structureOf(query: string): Structure {
  const selectors: Selector[] = [];
  const calls: Call[] = [];
  const operators: Operator[] = [];
  const numbers: number[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => query.slice(from, to);

  const visit = (node: SyntaxNode, inside: readonly string[]): void => {
    let around = inside;
    switch (node.name) {
      case 'VectorSelector':
        selectors.push({ ...selectorOf(node, textOf), inside });
        break;
      case 'FunctionCall': {
        const name = textOf(node.getChild('FunctionIdentifier') ?? node).trim();
        calls.push({ name, grouping: undefined, inside });
        around = [...inside, name];
        break;
      }
      case 'AggregateExpr': {
        const name = textOf(node.getChild('AggregateOp') ?? node).toLowerCase();
        const modifier = node.getChild('AggregateModifier');
        const labels = modifier && labelsIn(modifier.getChild('GroupingLabels'), textOf);
        const grouping = labels ? { by: modifier.getChild('By') !== null, labels } : undefined;
        calls.push({ name, grouping, inside });
        around = [...inside, name];
        break;
      }
      case 'SubqueryExpr':
        around = [...inside, 'subquery'];
        break;
      case 'BinaryExpr':
        operators.push({ ...operatorOf(node, textOf), inside });
        break;
      case 'NumberDurationLiteral':
        numbers.push(Number(textOf(node)));
        break;
    }
    for (let child = node.firstChild; child; child = child.nextSibling) visit(child, around);
  };
  parser ??= loadParser();
  const top = parser.parse(query).topNode;
  visit(top, []);
  return { selectors, calls, operators, numbers, gives: givenBy(top) };
}

const GIVES: Readonly<Record<string, Structure['gives']>> = {
  MatrixSelector: 'range vector',
  SubqueryExpr: 'range vector',
  StringLiteral: 'text',
  NumberDurationLiteral: 'number',
};

function givenBy(node: SyntaxNode): Structure['gives'] {
  let inner = node.firstChild;
  while (inner?.name === 'LineComment') inner = inner.nextSibling;
  if (!inner) return 'vector';
  const through = /^(ParenExpr|OffsetExpr|StepInvariantExpr)$/.test(inner.name);
  return through ? givenBy(inner) : (GIVES[inner.name] ?? 'vector');
}

type TextOf = (node: { from: number; to: number }) => string;

function selectorOf(node: SyntaxNode, textOf: TextOf): Omit<Selector, 'inside'> {
  const matchers: Matcher[] = [];
  let name = node.getChild('Identifier') ? textOf(node.getChild('Identifier')!) : '';
  const list = node.getChild('LabelMatchers');
  for (let one = list?.firstChild; one; one = one.nextSibling) {
    const [label, op, value] = [one.firstChild, one.getChild('MatchOp'), one.lastChild];
    if (one.name === 'QuotedLabelName') name = unquoted(textOf(one));
    else if (label && op && value) {
      matchers.push({
        label: unquoted(textOf(label)),
        op: textOf(op) as Matcher['op'],
        value: unquoted(textOf(value)),
      });
    }
  }
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
  const outer = (matrix ?? node).parent;
  const offset = outer?.name === 'OffsetExpr' ? outer.lastChild : undefined;
  return {
    name,
    matchers,
    range: matrix?.lastChild ? textOf(matrix.lastChild) : undefined,
    offset: offset ? textOf(offset) : undefined,
  };
}

function operatorOf(node: SyntaxNode, textOf: TextOf): Omit<Operator, 'inside'> {
  const modifier = node.getChild('MatchingModifierClause');
  const labels = modifier ? labelsIn(modifier.getChild('GroupingLabels'), textOf) : undefined;
  const sign = node.firstChild?.nextSibling;
  return {
    op: sign ? textOf(sign).toLowerCase() : '',
    bool: node.getChild('BoolModifier') !== null,
    on: modifier?.getChild('On') ? labels : undefined,
    ignoring: modifier?.getChild('Ignoring') ? labels : undefined,
    group: modifier?.getChild('GroupLeft')
      ? 'group_left'
      : modifier?.getChild('GroupRight')
        ? 'group_right'
        : undefined,
  };
}

function labelsIn(list: SyntaxNode | null, textOf: TextOf): string[] {
  const labels: string[] = [];
  for (let one = list?.firstChild; one; one = one.nextSibling) labels.push(unquoted(textOf(one)));
  return labels;
}

/** The text of a literal, as far as a label's value needs it; a name as it is. */
function unquoted(text: string): string {
  if (/^`[^]*`$/.test(text)) return text.slice(1, -1);
  if (!/^"[^]*"$|^'[^]*'$/.test(text)) return text;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Whether a query calls one of these functions or aggregations: a condition for a hint. */
export function uses(...names: readonly string[]): (structure: Structure) => boolean {
  return ({ calls }) => calls.some(({ name }) => names.includes(name));
}

/** Whether a query takes a counter, by its name's ending, as it is: a condition for a hint. */
export function takesRawCounters({ selectors }: Structure): boolean {
  return selectors.some(
    ({ name, range, inside }) =>
      /_(total|bucket|sum|count)$/.test(name) &&
      range === undefined &&
      !inside.includes('subquery'),
  );
}

/** Whether a query sums, and keeps no bucket apart: a condition for a hint. */
export function addsUpBuckets({ calls }: Structure): boolean {
  const keepsLe = calls.some(({ grouping }) => grouping?.by && grouping.labels.includes('le'));
  return !keepsLe && calls.some(({ name }) => name === 'sum');
}
