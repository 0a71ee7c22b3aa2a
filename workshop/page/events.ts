import type { ServerResponse } from 'node:http';

/** Nobody has more windows of the page open; the oldest gives way. */
const MOST_LISTENERS = 20;

/** A window that does not read is cut off once so much waits for it, in bytes. */
const MOST_WAITING = 1e6;

/** What happens beside the text, told to every open page. */
export interface Events {
  /**
   * Tells all open pages. The last of each type is what a page that opens later hears first: `data`
   * says how things are, and not what has changed.
   * @param data anything that JSON can hold
   */
  publish(type: string, data: unknown): void;
  /** Answers with the stream of `text/event-stream` until the page or `close` ends it. */
  listen(response: ServerResponse): void;
  close(): void;
}

export function createEvents(): Events {
  const listeners = new Set<ServerResponse>();
  const last = new Map<string, string>();
  const send = (listener: ServerResponse, text: string) => {
    if (listener.writableLength > MOST_WAITING) listener.destroy();
    else listener.write(text);
  };
  return {
    publish(type, data) {
      const text = `data: ${JSON.stringify({ type, data })}\n\n`;
      if (last.get(type) === text) return;
      last.set(type, text);
      for (const listener of listeners) send(listener, text);
    },
    listen(response) {
      const [oldest] = listeners;
      if (listeners.size >= MOST_LISTENERS) oldest?.destroy();
      listeners.add(response);
      response.once('close', () => listeners.delete(response));
      send(response, `retry: 1000\n\n${[...last.values()].join('')}`);
    },
    close() {
      for (const listener of listeners) listener.end();
    },
  };
}
