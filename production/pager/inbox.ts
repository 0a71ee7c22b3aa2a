import type { Alert, Message } from './message.ts';

/** No more messages than these are kept: older ones go. */
const MOST = 200;

/** A message, with when it came. */
export interface Received {
  readonly message: Message;
  readonly at: Date;
}

/** What has come to the pager, as long as it runs. */
export class Inbox {
  readonly #received: Received[] = [];
  readonly #watchers = new Set<() => void>();

  /** All messages, the newest first. */
  get received(): readonly Received[] {
    return this.#received;
  }

  /** The alerts that fire, by what was last said of each group. */
  get firing(): readonly Alert[] {
    const seen = new Set<string>();
    const found = new Map<string, Alert>();
    for (const { message } of this.#received) {
      const group = `${message.receiver} ${message.groupKey}`;
      if (seen.has(group)) continue;
      seen.add(group);
      for (const alert of message.alerts) {
        if (alert.status === 'firing') found.set(alert.fingerprint, alert);
      }
    }
    return [...found.values()];
  }

  add(message: Message, at = new Date()): void {
    this.#received.unshift({ message, at });
    this.#received.splice(MOST);
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Calls `watcher` after each message.
   * @returns a function that ends it
   */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}
