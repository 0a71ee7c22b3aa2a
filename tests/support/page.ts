import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../checks/harness/ports.js';
import { createEvents } from '../../workshop/page/events.ts';
import type { Part } from '../../workshop/page/part.ts';
import { servePage, TOKEN_HEADER } from '../../workshop/page/server.ts';
import { ROOT } from '../../workshop/programs.ts';
import { startCommand } from './cli.ts';
import { repository } from './workspace.ts';

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

/**
 * Starts `make learn` in a copy of the repository with the code of a step in `app/`, on ports of its
 * own, until the test is over.
 */
export async function startLearn(step: number, nodeArgs: string[] = []) {
  const root = await repository(step);
  await cp(join(ROOT, 'docs'), join(root, 'docs'), { recursive: true });
  const [program, visitors, prometheus, central] = (await freePorts(4)) as [
    number,
    number,
    number,
    number,
  ];
  const env = {
    PORT_8070: '0',
    PORT_8001: `${program}`,
    PORT_8000: `${visitors}`,
    PORT_9090: `${prometheus}`,
    PORT_9095: `${central}`,
  };
  const learn = startCommand(['learn'], env, nodeArgs, root);
  await learn.says('Ctrl-C ends it.');
  const url = /http:\/\/localhost:\d+/.exec(learn.output)![0];
  return { root, learn, url, ports: { program, prometheus } };
}
