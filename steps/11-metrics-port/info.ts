import { Gauge, type Registry } from 'prom-client';

/** Facts about a program that seldom change: the labels tell them, and the value is always 1. */
export class Info<Label extends string> {
  readonly #gauge: Gauge<Label>;

  /**
   * `name` is given without the suffix `_info`, which is added here as in Python's Info.
   * @throws {Error} if the name has that suffix already
   */
  constructor(options: {
    name: string;
    help: string;
    labelNames: readonly Label[];
    registers?: Registry[];
  }) {
    if (options.name.endsWith('_info')) {
      throw new Error(`Info adds "_info" by itself: leave it out of "${options.name}".`);
    }
    this.#gauge = new Gauge<Label>({ ...options, name: `${options.name}_info` });
  }

  /** States all facts anew: what was stated before is gone. */
  info(facts: Record<Label, string>): void {
    // Sorted by name, as Python's client prints them: prom-client keeps the order that it is given.
    const labels = Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1));
    // Another value of a label is another series: without this, the old one would stay.
    this.#gauge.reset();
    this.#gauge.set(Object.fromEntries(labels) as Record<Label, string>, 1);
  }
}
