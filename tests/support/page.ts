import { onTestFinished } from 'vitest';
import { createEvents } from '../../workshop/page/events.ts';
import type { Part } from '../../workshop/page/part.ts';
import { servePage, TOKEN_HEADER } from '../../workshop/page/server.ts';

/** What the page answers: its status, and what its JSON says. */
export interface Said<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Serves a part of the page on a free port, until the test is over. */
export async function serveParts(...parts: Part[]) {
  const token = 'the token of this test';
  const routes = parts.flatMap((part) => part.routes);
  const page = await servePage({ port: 0, token, events: createEvents(), routes });
  onTestFinished(async () => {
    for (const part of parts) await part.stop?.();
    await page.close();
  });
  const read = async <Body>(path: string, init: RequestInit): Promise<Said<Body>> => {
    const response = await fetch(`${page.url}${path}`, init);
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as Body };
  };
  return {
    url: page.url,
    get: <Body>(path: string) => read<Body>(path, {}),
    post: <Body>(path: string, body: unknown) =>
      read<Body>(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', [TOKEN_HEADER]: token },
        body: JSON.stringify(body),
      }),
  };
}
