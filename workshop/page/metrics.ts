import { LAST_LOOK } from '../metrics/look.ts';
import { ScrapeError } from '../metrics/scrape.ts';
import { viewSince } from '../metrics/view.ts';
import { colours } from '../terminal/colour.ts';
import { describeMetrics, type Room } from '../terminal/metrics.ts';
import type { Desk, Part } from './part.ts';
import { fieldsOf, json, Refusal } from './server.ts';

/** No metric has a longer name. */
const MOST_CHARACTERS = 200;

/** Less room than in a terminal. */
const BESIDE: Room = { bar: 24, names: false };

/** Where the program's metrics are, or its 404. */
export function metricsAt({ program, visitors }: Desk['ports']): string[] {
  return [program, visitors].map((port) => `http://localhost:${port}/metrics`);
}

/** What `make metrics` shows, on request; the next look, there or here, marks what has changed since. */
export function metricsPart({ ports }: Desk): Part {
  return {
    routes: [
      {
        method: 'POST',
        path: '/metrics/look',
        async handle({ body }) {
          const { name = '' } = fieldsOf(body);
          if (typeof name !== 'string' || name.length > MOST_CHARACTERS) {
            throw new Refusal(
              400,
              `Give a part of a name, of at most ${MOST_CHARACTERS} characters.`,
            );
          }
          try {
            const seen = await viewSince(LAST_LOOK, metricsAt(ports), name.trim());
            return json({ text: describeMetrics(seen, colours, BESIDE) });
          } catch (error) {
            if (!(error instanceof ScrapeError)) throw error;
            return json({ text: error.message });
          }
        },
      },
    ],
  };
}
