/** What the page asks the server that it came from, and what that one tells it. */

const token = document.querySelector<HTMLMetaElement>('meta[name=token]')?.content ?? '';

/** Said where nothing comes from the server any more. */
export const SILENT = 'make learn does not answer. Start it again in its terminal: make learn';

/** The server does not do it; the message is for the person. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
  /** All that it says of it. */
  readonly said: unknown;

  constructor(message: string, said: unknown) {
    super(message);
    this.said = said;
  }
}

/** Asks for something that changes nothing. @throws {Error} with a message for the person */
export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return send(path, signal ? { signal } : {});
}

/** Has something done. @throws {Error} with a message for the person */
export async function change<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'X-Learn-Token': token };
  return send(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function send<Answer>(path: string, options: RequestInit): Promise<Answer> {
  const answer = await fetch(path, options).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new Error(SILENT);
  });
  const said = await answer.json();
  if (!answer.ok) throw new NotDone(said.message, said);
  return said;
}

const watchers = new Map<string, ((data: never) => void)[]>();
const last = new Map<string, never>();
let stream: EventSource | undefined;

/** Calls `told` with what the server says of `type`: first how it is, then each time it changes. */
export function onEvent<Data>(type: string, told: (data: Data) => void): void {
  watchers.set(type, [...(watchers.get(type) ?? []), told]);
  if (last.has(type)) told(last.get(type)!);
}

const listeners: ((isHeard: boolean) => void)[] = [];

/** Calls `told` when the server falls silent, and when it is heard again. */
export function onSilence(told: (isHeard: boolean) => void): void {
  listeners.push(told);
}

function tellHeard(isHeard: boolean): void {
  for (const told of listeners) told(isHeard);
}

function hear({ data: text }: MessageEvent<string>): void {
  const { type, data } = JSON.parse(text);
  last.set(type, data as never);
  for (const told of watchers.get(type) ?? []) told(data as never);
}

/** Listens while the page is seen: a browser gives all its windows six connections, and no more. */
export function startConnection(): void {
  const turn = () => {
    if (document.hidden) {
      stream?.close();
      stream = undefined;
    } else if (!stream) {
      stream = new EventSource('/events');
      stream.addEventListener('message', hear);
      stream.addEventListener('open', () => tellHeard(true));
      stream.addEventListener('error', () => tellHeard(false));
    }
  };
  document.addEventListener('visibilitychange', turn);
  turn();
}
