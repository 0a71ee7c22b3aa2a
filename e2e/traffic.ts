import { load } from '../workshop/program/traffic.ts';

/**
 * Sends the visitors of `make load` to a program until it is told to stop.
 * @param rps the mean of requests per second; by default that of `make load`
 * @returns a function that ends it
 */
export function startTraffic(url: string, rps = 5): () => Promise<void> {
  const over = new AbortController();
  const sent = load({ url, seconds: 3600, rps, signal: over.signal });
  return async () => {
    over.abort();
    await sent;
  };
}
