import type { GraphAnswer } from '../said.ts';
import { make } from './dom.ts';
import { plotOf, timeText, type Plot } from './plot.ts';
import { tableOf } from './table.ts';

/** A shape for each series beside its color, drawn around a point that is 5 pixels away at most. */
const SHAPES = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  'M-4 -4h8v8h-8z',
  'M0 -5L5 4H-5z',
  'M0 -5L5 0L0 5L-5 0z',
  'M0 5L5 -4H-5z',
  'M-4 -4L4 4M4 -4L-4 4',
];

/** Every so many points a shape stands on the line. */
const EVERY = 12;

let graphs = 0;

/**
 * Draws what a query gave over time: a picture with its words, a legend, and all of it as a table,
 * folded.
 * @param width in pixels
 */
export function graphOf(query: string, answer: GraphAnswer, width: number): DocumentFragment {
  const made = document.createDocumentFragment();
  const plot = plotOf(answer, Math.max(260, Math.min(width, 800)));
  made.append(pictureOf(query, answer, plot), legendOf(answer), valuesOf(query, answer));
  return made;
}

function pictureOf(query: string, answer: GraphAnswer, plot: Plot): SVGElement {
  const id = `graph-${++graphs}`;
  const { width, height, left, right, top, bottom } = plot;
  const title = draw('title', { id: `${id}-title` });
  title.textContent = `Graph of ${query}`;
  const words = draw('desc', { id: `${id}-words` });
  words.textContent = inWords(answer);
  const picture = draw(
    'svg',
    {
      class: 'graph',
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-words`,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
    },
    title,
    words,
  );
  for (const { at, text } of plot.up) {
    picture.append(draw('path', { class: 'grid', d: `M${left} ${at}H${right}` }));
    picture.append(label(text, { x: left - 6, y: at + 4, 'text-anchor': 'end' }));
  }
  for (const { at, text } of plot.across) {
    picture.append(draw('path', { class: 'grid', d: `M${at} ${top}V${bottom + 4}` }));
    picture.append(label(text, { x: at, y: height - 6, 'text-anchor': 'middle' }));
  }
  plot.lines.forEach((stretches, index) => {
    const path = stretches.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`);
    const points = stretches.flat();
    // Of a point alone no line is drawn, but its shape is.
    const lone = new Set(stretches.flatMap((stretch) => (stretch.length === 1 ? stretch : [])));
    const last = points.length - 1;
    const marked = points.filter(
      (point, at) => lone.has(point) || at === last || (last - at + 2 * index) % EVERY === 0,
    );
    const shapes = marked.map(([x, y]) => shapeOf(index, x, y));
    const line = draw('path', { class: 'line', d: path.join('') });
    picture.append(draw('g', { class: styleOf(index) }, line, ...shapes));
  });
  return picture;
}

function legendOf({ shared, series, more }: GraphAnswer): HTMLElement {
  const rows = series.map(({ name, samples }, index) => {
    const line = draw('path', { class: 'line', d: 'M0 7H36' });
    const sample = draw(
      'svg',
      { class: 'sample', viewBox: '0 0 36 14', width: 36, height: 14, 'aria-hidden': 'true' },
      draw('g', { class: styleOf(index) }, line, shapeOf(index, 18, 7)),
    );
    const last = samples.at(-1)?.[1];
    return make('li', {}, sample, make('code', { textContent: name }), ` ${valueText(last)}`);
  });
  if (shared !== '{}') {
    rows.unshift(make('li', {}, 'All have ', make('code', { textContent: shared })));
  }
  if (more > 0) rows.push(make('li', { textContent: `… and ${more} more, not drawn` }));
  return make('ul', { className: 'legend' }, ...rows);
}

function valuesOf(query: string, { series, start, end, step }: GraphAnswer): HTMLElement {
  const columns = series.map(({ samples }) => new Map(samples));
  const times: number[] = [];
  for (let time = start; time <= end; time += step) times.push(time);
  const seconds = (time: number) => new Date(time * 1000).toTimeString().slice(0, 8);
  const rows = times.map((time) => [
    seconds(time),
    ...columns.map((column) => valueText(column.get(time))),
  ]);
  const table = tableOf({
    caption: 'Step by step',
    of: query,
    head: ['Time', ...series.map(({ name }) => name)],
    rows,
  });
  const summary = make('summary', { textContent: 'The graph as a table' });
  return make('details', {}, summary, table);
}

function inWords({ shared, series, more, start, end }: GraphAnswer): string {
  const each = series.map(({ name, samples }) => {
    const values = samples.flatMap(([, value]) => (typeof value === 'number' ? value : []));
    if (values.length === 0) return `${name}: no number.`;
    const [low, high] = [Math.min(...values), Math.max(...values)].map(valueText);
    return `${name}: from ${low} to ${high}, last ${valueText(samples.at(-1)![1])}.`;
  });
  const count = series.length + more;
  const all = shared === '{}' ? '' : ` All have ${shared}.`;
  return `${count} series from ${timeText(start)} to ${timeText(end)}.${all} ${each.join(' ')}`;
}

function valueText(value: number | string | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? '-');
}

/** Six colors and shapes; from the seventh series on with dashes, from the thirteenth with dots. */
function styleOf(index: number): string {
  return `series color-${index % 6} ${['', 'dashed', 'dotted'][Math.floor(index / 6)]}`;
}

function shapeOf(index: number, x: number, y: number): SVGElement {
  const d = SHAPES[index % SHAPES.length]!;
  return draw('path', { class: 'shape', d, transform: `translate(${x} ${y})` });
}

function label(text: string, attributes: Record<string, string | number>): SVGElement {
  const element = draw('text', attributes);
  element.textContent = text;
  return element;
}

function draw(
  tag: string,
  attributes: Record<string, string | number>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children);
  return element;
}
