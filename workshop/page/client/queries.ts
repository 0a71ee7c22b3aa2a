/** Queries that run where they stand, and the questions of `make ask`. */
export function startQueries(): void {}
