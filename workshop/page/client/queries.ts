import type { GraphAnswer, TableAnswer } from '../said.ts';
import { ask, NotDone } from './connection.ts';
import { make, say } from './dom.ts';
import { graphOf } from './graph.ts';
import { tableOf } from './table.ts';

/** Queries that run where they stand, and the questions of `make ask`. */
export function startQueries(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('figure.query')) addRun(figure);
  const places = [...document.querySelectorAll<HTMLElement>('section.ask')];
  // The editor is most of what the browser has to load.
  if (places.length > 0) void import('./asks.ts').then(({ startAsks }) => startAsks(places));
}

/** A button that asks the learner's own Prometheus, now and over the last minutes. */
function addRun(figure: HTMLElement): void {
  const { query = '', server } = figure.dataset;
  const asked = { query, ...(server && { server }) };
  const run = make('button', { type: 'button' });
  const call = (what: string) => {
    const words = server ? `${what} on the second Prometheus` : what;
    run.textContent = words;
    run.ariaLabel = `${words}: ${query}`;
  };
  call('Run');
  const minutes = make('select', {}, option('15'), option('10'));
  const back = make('label', { hidden: true }, 'Graph of the last ', minutes, ' minutes');
  const status = make('p', { className: 'status', role: 'status' });
  const table = make('div');
  const graph = make('div');
  const bar = make('div', { className: 'run' }, run, back);
  const place = make('div', { className: 'answer' }, status, table, graph);
  (figure.querySelector('.copied') ?? figure.querySelector('pre'))!.after(bar, place);

  let last = 0;
  async function runNow(): Promise<void> {
    const mine = ++last;
    run.ariaBusy = 'true';
    say(status, 'Asking Prometheus…');
    const now = settled(ask<TableAnswer>(`/prometheus/query?${new URLSearchParams(asked)}`));
    const range = new URLSearchParams({ ...asked, minutes: minutes.value });
    const before = settled(ask<GraphAnswer>(`/prometheus/query_range?${range}`));
    const [given, drawn] = [await now, await before];
    // Another one was asked for meanwhile.
    if (mine !== last) return;
    run.ariaBusy = null;
    call('Run again');
    back.hidden = given instanceof Error;
    table.replaceChildren();
    graph.replaceChildren();
    if (given instanceof Error) {
      say(status, '');
      status.append(...failureOf(given));
      return;
    }
    say(status, countOf(given));
    if (given.rows.length > 0) table.append(rowsOf('Now', query, given));
    if (drawn instanceof Error) graph.append(make('p', {}, ...failureOf(drawn)));
    else if (drawn.series.length > 0) graph.append(graphOf(query, drawn, graph.clientWidth));
    else graph.append(make('p', { textContent: 'There is nothing to draw in this time.' }));
  }
  run.addEventListener('click', () => void runNow());
  minutes.addEventListener('change', () => void runNow());
}

function option(minutes: string): HTMLOptionElement {
  return make('option', { value: minutes, textContent: minutes });
}

function settled<Answer>(answer: Promise<Answer>): Promise<Answer | Error> {
  return answer.catch((error: Error) => error);
}

/** What went wrong, with the place in the query where there is one. */
export function failureOf(error: Error): Node[] {
  const { place } = (error instanceof NotDone ? error.said : {}) as { place?: readonly string[] };
  const words = make('strong', { textContent: error.message });
  return [
    words,
    ...(place ? [make('code', { className: 'place', textContent: place.join('\n') })] : []),
  ];
}

function countOf({ rows, more }: TableAnswer): string {
  const count = rows.length + more;
  const time = new Date().toTimeString().slice(0, 8);
  if (count === 0) return `Nothing comes back, at ${time}.`;
  return `${count} ${count === 1 ? 'row' : 'rows'}, at ${time}.`;
}

/** Rows as a table. @param of what gives them */
export function rowsOf(caption: string, of: string, { rows, more }: TableAnswer): HTMLElement {
  const cells = more > 0 ? [...rows, [`… and ${more} more`, '']] : rows;
  return tableOf({ caption, of, head: ['Series', 'Value'], rows: cells });
}
