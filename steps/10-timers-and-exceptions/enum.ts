import { Gauge, type LabelValues, type Registry } from 'prom-client';

/**
 * Which of several states something is in: a series for each state, 1 for the current one and 0
 * for all others. The label that tells the state is named like the metric, as in Python's Enum.
 */
export class Enum<State extends string, Label extends string = never> {
  readonly #gauge: Gauge<string>;
  readonly #name: string;
  readonly #states: readonly State[];

  /**
   * Without labels, the metric starts in the first state; with labels, a series starts when its
   * state is first set.
   * @throws {Error} if there are no states, or if a label is named like the metric
   */
  constructor(options: {
    name: string;
    help: string;
    states: readonly State[];
    labelNames?: readonly Label[];
    registers?: Registry[];
  }) {
    const { states, labelNames = [], ...rest } = options;
    const [first] = states;
    if (first === undefined) throw new Error(`Enum "${rest.name}" needs a state.`);
    if (labelNames.some((label) => label === rest.name)) {
      throw new Error(`Enum "${rest.name}" keeps the label "${rest.name}" for its state.`);
    }
    this.#name = rest.name;
    this.#states = [...states];
    this.#gauge = new Gauge<string>({ ...rest, labelNames: [rest.name, ...labelNames] });
    if (labelNames.length === 0) this.#set({}, first);
  }

  /**
   * Goes to a state and leaves the one before.
   * @throws {Error} if the state is not one of those that were declared
   */
  state(state: State): void;
  state(labels: LabelValues<Label>, state: State): void;
  state(...args: [State] | [LabelValues<Label>, State]): void {
    const [labels, state] = args.length === 1 ? [{}, args[0]] : args;
    if (!this.#states.includes(state)) {
      throw new Error(`"${state}" is none of the states ${this.#states.join(', ')}.`);
    }
    this.#set(labels, state);
  }

  #set(labels: object, current: State): void {
    for (const state of this.#states) {
      // Sorted by name, as Python's client prints them: prom-client keeps the order that it is given.
      const all = Object.entries({ ...labels, [this.#name]: state });
      const sorted = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
      this.#gauge.set(sorted, state === current ? 1 : 0);
    }
  }
}
