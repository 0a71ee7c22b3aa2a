import type { IncomingMessage } from 'node:http';

/** What a program needs to know of a request to route it. */
export interface Visit {
  readonly method: string;
  /** The path as it was sent, neither decoded nor resolved. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Reads method, path and query of a request. Never throws, whatever was sent. */
export function readVisit(request: IncomingMessage): Visit {
  const { method = 'GET', url = '/' } = request;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  // Not `new URL`: it throws on `//` and takes the host out of `//host/treecounter`.
  return { method, path, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark)) };
}
