/** A learner's program while it is checked. */
export interface Session {
  readonly step: number;
}
