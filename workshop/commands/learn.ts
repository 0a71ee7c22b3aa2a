import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../page/bundle.ts';
import { createEvents } from '../page/events.ts';
import { handPart } from '../page/hand.ts';
import type { Desk } from '../page/part.ts';
import { programPart } from '../page/program.ts';
import { queriesPart } from '../page/queries.ts';
import { servePage, type Route, type Served } from '../page/server.ts';
import { textPart } from '../page/text.ts';
import { ROOT } from '../programs.ts';
import { otherPort, takenPorts } from '../stack/ports.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** Shows the class in the browser, beside the learner's program, until Ctrl-C. */
export async function run(values: Values<'learn'>, env: NodeJS.ProcessEnv): Promise<number> {
  return learn(ROOT, values, env);
}

/** {@link run} for the repository in `root`. */
export async function learn(
  root: string,
  { PORT_8070, PORT_8001, PORT_8000, PORT_9090, PORT_9095 }: Values<'learn'>,
  env: NodeJS.ProcessEnv,
  build = bundle,
): Promise<number> {
  const taken = await takenPorts([{ port: PORT_8070, variable: 'PORT_8070' }], 'learn');
  if (taken.length > 0) {
    console.error(taken.join('\n'));
    return 1;
  }
  if (!existsSync(join(root, 'WORKSHOP.md'))) {
    console.error('WORKSHOP.md is missing. Get it back with: git restore WORKSHOP.md');
    return 1;
  }
  let files: Route[];
  try {
    files = build();
  } catch (error) {
    const [why] = (error as Error).message.trim().split('\n');
    console.error(
      `The page could not be put together: ${why}\nInstall the packages anew with npm ci, then type: ${typed('learn')}`,
    );
    return 1;
  }
  const events = createEvents();
  const desk: Desk = {
    root,
    env,
    ports: {
      program: PORT_8001,
      visitors: PORT_8000,
      prometheus: PORT_9090,
      central: PORT_9095,
    },
    publish: events.publish,
  };
  const token = randomBytes(32).toString('base64url');
  // The text last: its routes take every path that is left.
  const parts = [programPart(desk), queriesPart(desk), handPart(desk), textPart(desk, token)];
  const routes = [...files, ...parts.flatMap((part) => part.routes)];
  const stop = () => Promise.all(parts.map((part) => part.stop?.()));
  let page: Served;
  try {
    page = await servePage({ port: PORT_8070, token, events, routes });
  } catch (error) {
    await stop();
    const again = typed('learn', { PORT_8070: otherPort(PORT_8070) });
    console.error(
      `Port ${PORT_8070} cannot be had (${(error as Error).message}): take another: ${again}`,
    );
    return 1;
  }
  console.log(`The class is on ${page.url}. Ctrl-C ends it.`);
  if (process.stdout.isTTY) openBrowser(page.url, env);
  await new Promise<void>((resolve) => {
    // A second Ctrl-C must not leave behind what the first one is ending.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
  await stop();
  await page.close();
  return 0;
}

/** Opens the learner's browser where the system has a way to; elsewhere the line above is enough. */
function openBrowser(url: string, env: NodeJS.ProcessEnv): void {
  const onScreen = env.DISPLAY || env.WAYLAND_DISPLAY;
  const opener =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : onScreen && !env.SSH_CONNECTION
          ? ['xdg-open', url]
          : undefined;
  if (!opener) return;
  const [program = '', ...args] = opener;
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  // Not there, or nothing to open it with: the learner opens it.
  child.once('error', () => {});
  child.unref();
}
