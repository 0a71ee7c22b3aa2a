/** What a planting has added, what its page told, and how much the counter holds since. */
export interface Donation {
  readonly added: number;
  readonly told: readonly number[];
  readonly total: number;
}

/** The hint that fits, by its name. */
export type DonationHint =
  | 'donation-not-added'
  | 'donation-counts-one'
  | 'donation-rounded'
  | 'donation-in-cents'
  | 'donation-twice'
  | 'donation-before'
  | 'donation-other';

/** The numbers with cents that a page shows, without those of dates and versions. */
export function amountsIn(body: string): number[] {
  const text = body.replace(/<head>[^]*?<\/head>|<style>[^]*?<\/style>|<[^>]*>/g, ' ');
  const numbers = text.matchAll(/(?<![\d.,:-])(\d{1,2})[.,](\d\d)(?!\d|[.,:-]\d)/g);
  return [...new Set([...numbers].map(([, euros, cents]) => Number(`${euros}.${cents}`)))];
}

const same = (a: number, b: number) => Math.abs(a - b) < 0.0051;

/** The donation that a page tells of, if it is clear which of its numbers that is. */
export function amountOf({ added, told, total }: Donation): number | undefined {
  const own = told.find((one) => same(one, added));
  if (own !== undefined) return own;
  // A page may show what all have given, and not what came in now.
  return told.length === 1 && !same(told[0]!, total) ? told[0] : undefined;
}

/**
 * What is wrong with the amounts that some plantings in a row have added. Where a page does not tell
 * the amount, what every donation is has to do: cents, 10 euros at most, and never a whole number.
 */
export function judgeDonations(donations: readonly Donation[]): DonationHint | undefined {
  const added = donations.map((one) => one.added);
  const told = donations.map(amountOf);
  const isMultiple = (euros: number, of: number) =>
    Math.abs(euros / of - Math.round(euros / of)) < 1e-6;
  const isOfBefore = added.slice(1).every((euros, i) => same(euros, told[i] ?? NaN));
  if (added.some((euros) => euros <= 0)) {
    return isOfBefore ? 'donation-before' : 'donation-not-added';
  }
  if (added.every((euros) => euros === 1)) return 'donation-counts-one';
  // A page that rounds what it tells says nothing about a counter that does not.
  const differs = added.some(
    (euros, i) => told[i] !== undefined && !same(euros, told[i]) && !isRoundingOf(told[i], euros),
  );
  if (differs) {
    const by = (factor: number) =>
      added.every((euros, i) => told[i] === undefined || same(euros, told[i] * factor));
    if (by(2)) return 'donation-twice';
    if (by(100)) return 'donation-in-cents';
    if (isOfBefore) return 'donation-before';
    const rounded = added.every(
      (euros, i) => told[i] === undefined || isRoundingOf(euros, told[i]),
    );
    return rounded ? 'donation-rounded' : 'donation-other';
  }
  if (added.some((euros) => euros > 10)) return 'donation-in-cents';
  if (added.some(Number.isInteger) || added.every((euros) => isMultiple(euros, 0.1))) {
    return 'donation-rounded';
  }
  const isDonation = added.every((euros) => isMultiple(euros, 0.01));
  return isDonation && new Set(added).size > 1 ? undefined : 'donation-other';
}

/** Whether one amount is what rounding leaves of the other, to tenths or to whole numbers. */
function isRoundingOf(round: number, exact: number): boolean {
  const near = (unit: number) =>
    Math.abs(round / unit - Math.round(round / unit)) < 1e-6 && Math.abs(round - exact) < unit;
  return near(0.1) || near(1);
}
