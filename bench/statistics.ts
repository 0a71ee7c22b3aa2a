/**
 * The value below which the share `quantile` of `values` lies, by the nearest rank.
 * @throws {Error} if there are no values
 */
export function quantileOf(values: readonly number[], quantile: number): number {
  if (values.length === 0) throw new Error('There is no quantile of nothing.');
  const rank = Math.ceil(quantile * values.length);
  return values.toSorted((a, b) => a - b)[Math.max(rank, 1) - 1]!;
}

/** The middle of `values`: of an even number of them, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (quantileOf(sorted, 0.5) + sorted[Math.floor(half)]!) / 2;
}
