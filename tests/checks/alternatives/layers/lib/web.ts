import type { IncomingMessage, ServerResponse } from 'node:http';
import { readVisit } from '#forest';

/** One request on its way through the layers, with what they make of it. */
export interface Context {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  status: number;
  route: string;
  headers: Record<string, string>;
  body: string;
}

export type Layer = (context: Context, next: () => Promise<void>) => Promise<void>;

/** Makes a handler that runs the layers from the outermost to the innermost. */
export function compose(...layers: Layer[]) {
  const run = (context: Context, from: number): Promise<void> =>
    layers[from]?.(context, () => run(context, from + 1)) ?? Promise.resolve();
  return async (request: IncomingMessage, response: ServerResponse) => {
    const context: Context = {
      ...readVisit(request),
      status: 404,
      route: 'unmatched',
      headers: { 'Content-Type': 'text/html' },
      body: 'There is nothing.',
    };
    await run(context, 0);
    response.writeHead(context.status, context.headers);
    response.end(context.body);
  };
}
