import { setTimeout as sleep } from 'node:timers/promises';

/** What visitors do, again and again: half of them ask for the number. */
const VISITS = [
  'GET /treecounter',
  'POST /plant?species=oak',
  'GET /treecounter',
  'POST /plant?species=pine',
  'GET /treecounter',
  'GET /',
  'GET /treecounter',
  'POST /fell?species=oak',
  'GET /treecounter',
  'POST /fell?species=beech',
  'GET /treecounter',
  'GET /no-such-page',
];

/**
 * Sends visitors to a program, ten a second, until it is told to stop. They do not wait for one
 * another, and one who finds nobody goes home.
 * @returns a function that ends it
 */
export function startTraffic(url: string): () => Promise<void> {
  const over = new AbortController();
  const visit = async (text: string) => {
    const [method, path] = text.split(' ');
    try {
      await (await fetch(url + path, { method, signal: over.signal })).text();
    } catch {
      // The program is away for a moment, or all is over.
    }
  };
  const send = async () => {
    const visits: Promise<void>[] = [];
    for (let i = 0; !over.signal.aborted; i++) {
      visits.push(visit(VISITS[i % VISITS.length]!));
      await sleep(100);
    }
    await Promise.all(visits);
  };
  const sent = send();
  return async () => {
    over.abort();
    await sent;
  };
}
