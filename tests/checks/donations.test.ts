import { describe, expect, it } from 'vitest';
import { amountsIn, judgeDonations } from '../../checks/donations.ts';

describe('the amounts on a page', () => {
  it.each([
    ['<p>A donation of 3.47 euros came in.</p>', [3.47]],
    ['<b>Danke!</b> 3,47 € gespendet', [3.47]],
    ['3.47 of 15.58 euros', [3.47, 15.58]],
    ['<head><style>p { margin: 0.25em }</style></head><p style="top: 1.25em">Thanks</p>', []],
    ['12.05.2026, 14:30:25.12, version 1.2.34, 3.475 kg, 100.00', []],
  ])('%s', (page, amounts) => {
    expect(amountsIn(page)).toEqual(amounts);
  });
});

describe('what some plantings add', () => {
  const GIFTS = [6.39, 6.97, 3.42];
  const judge = (added: readonly number[], told: readonly (readonly number[])[]) => {
    let total = 20;
    return judgeDonations(
      added.map((one, i) => ({ added: one, told: told[i]!, total: (total += one) })),
    );
  };
  const pages = GIFTS.map((one) => [one]);
  const blank = GIFTS.map(() => []);

  it.each([
    ['is right as the pages tell', GIFTS, pages],
    ['is right where the pages tell nothing', GIFTS, blank],
    ['is right beside other amounts', GIFTS, GIFTS.map((one) => [9.99, one])],
    ['is right where the pages tell the sum', GIFTS, [[26.39], [33.36], [36.78]]],
    [
      'is right where the pages round',
      GIFTS,
      [['6.40'], ['7.00'], ['3.40']].map((one) => one.map(Number)),
    ],
  ])('%s', (_, added, told) => {
    expect(judge(added, told)).toBeUndefined();
  });

  it.each([
    ['donation-not-added', [0, 0, 0], pages],
    ['donation-counts-one', [1, 1, 1], pages],
    ['donation-in-cents', [639, 697, 342], pages],
    ['donation-in-cents', [12.78, 13.94, 6.84], blank],
    ['donation-twice', [12.78, 13.94, 6.84], pages],
    ['donation-rounded', [6, 7, 3], pages],
    ['donation-rounded', [6.4, 7, 3.4], pages],
    ['donation-rounded', [6.4, 7.1, 3.4], blank],
    ['donation-before', [5.21, 6.39, 6.97], pages],
    ['donation-before', [0, 6.39, 6.97], pages],
    ['donation-other', [4.99, 4.99, 4.99], blank],
    ['donation-other', [5.112, 5.576, 2.736], pages],
    ['donation-other', [5.112, 5.576, 2.736], blank],
  ])('is %s: %j', (hint, added, told) => {
    expect(judge(added, told)).toBe(hint);
  });
});
