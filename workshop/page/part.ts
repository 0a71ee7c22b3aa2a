import type { Route } from './server.ts';

/** What each part of the page is made with. */
export interface Desk {
  /** The folder of the repository. */
  readonly root: string;
  /** Of whoever typed the command, for the programs that it starts. */
  readonly env: NodeJS.ProcessEnv;
  /** Where things are on this computer. */
  readonly ports: {
    /** The program; its visitors, too, in all steps before 11. */
    readonly program: number;
    readonly visitors: number;
    readonly prometheus: number;
    /** The second Prometheus, of WITH=central; PORT_9095 moves it. */
    readonly central?: number;
  };
  /** Tells all open pages how things are: {@link import('./events.ts').Events}. */
  publish(type: string, data: unknown): void;
}

/** A part of the page: what it answers, and what it leaves to be ended. */
export interface Part {
  readonly routes: readonly Route[];
  /** Ends all that it has started; called once, before the server is closed. */
  stop?(): void | Promise<void>;
}
