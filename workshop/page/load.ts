import { untilFound, visitorUrls } from '../program/find.ts';
import { load } from '../program/traffic.ts';
import { readArguments, UsageError } from '../terminal/arguments.js';
import { beginsTraffic, describeTraffic, noProgram, progressOf } from '../terminal/traffic.ts';
import type { Desk, Part } from './part.ts';
import { fieldsOf, json, Refusal } from './server.ts';
import type { LoadState } from './states.ts';

/** How often the page is told how far it has come, in seconds. */
const TELL_S = 1;

/** Starts and stops what `make load` sends, one at a time. */
export function loadPart({ ports, publish }: Desk): Part {
  const urls = visitorUrls({
    PORT: undefined,
    PORT_8000: ports.visitors,
    PORT_8001: ports.program,
  });
  let stop: AbortController | undefined;
  let running = Promise.resolve();
  const tell = (text: string) =>
    publish('load', { running: stop !== undefined, text } satisfies LoadState);

  const send = async (seconds: number, rps: number, { signal }: AbortController) => {
    const url = await untilFound(urls);
    if (!url) return noProgram(urls);
    const begins = beginsTraffic({ url, rps, seconds });
    tell(begins);
    let told = 0;
    const traffic = await load({
      url,
      seconds,
      rps,
      signal,
      onProgress(traffic) {
        if (traffic.seconds < told + TELL_S) return;
        told = Math.floor(traffic.seconds);
        tell(`${begins}\n${progressOf(traffic, seconds)}`);
      },
    });
    return describeTraffic(traffic);
  };

  return {
    routes: [
      {
        method: 'POST',
        path: '/load/start',
        handle({ body }) {
          const { seconds, rps } = numbersIn(body);
          if (stop) throw new Refusal(409, 'Traffic is under way: stop it first.');
          stop = new AbortController();
          running = send(seconds, rps, stop)
            .catch((error: Error) => error.message)
            .then((text) => {
              stop = undefined;
              tell(text);
            });
          return json({});
        },
      },
      {
        method: 'POST',
        path: '/load/stop',
        async handle() {
          stop?.abort();
          await running;
          return json({});
        },
      },
    ],
    async stop() {
      stop?.abort();
      await running;
    },
  };
}

/** Judged as `make load` judges them; an empty text for the seconds is no end. @throws {Refusal} with its words */
function numbersIn(body: unknown): { seconds: number; rps: number } {
  const fields = fieldsOf(body);
  try {
    const { values } = readArguments('load', [], {
      SECONDS: `${fields.seconds}`,
      RPS: `${fields.rps}`,
    });
    const seconds = values.SECONDS ?? (fields.seconds === '' ? Infinity : undefined);
    if (seconds !== undefined) return { seconds, rps: values.RPS };
  } catch (error) {
    if (error instanceof UsageError) throw new Refusal(400, error.message.split('\n')[0]!);
    throw error;
  }
  throw new Refusal(400, 'Say for how many seconds.');
}
