import { describe, expect, test } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import { homePage, reservedPage } from '../../forest/pages.ts';
import { createReservations, type ReservationEvent } from '../../forest/reservations.ts';
import { parseSettings } from '../../forest/settings.ts';

/** Reservations, with what they tell, and how many were open when they told it. */
function reservationsFor(ms: number) {
  const settings = parseSettings({}, { RESERVATION_MS: `${ms}` });
  const reservations = createReservations(settings);
  const told: [ReservationEvent, string, number][] = [];
  for (const event of ['made', 'confirmed', 'expired'] as const) {
    reservations.on(event, ({ id, species }) =>
      told.push([event, id, reservations.open[species].length]),
    );
  }
  return { reservations, told };
}

describe('a reservation', () => {
  test('is open until it is confirmed, and does not expire then', async () => {
    const { reservations, told } = reservationsFor(100);
    const one = reservations.reserve('oak')!;
    expect(reservations.open).toEqual({ oak: [one], beech: [], pine: [] });
    expect(reservations.confirm(one.id)).toBe(one);
    expect(reservations.confirm(one.id)).toBeUndefined();
    const other = reservations.reserve('oak')!;
    await until(() => told.length === 4, 5000);
    expect(told).toEqual([
      ['made', one.id, 1],
      ['confirmed', one.id, 0],
      ['made', other.id, 1],
      ['expired', other.id, 0],
    ]);
  });

  test('expires when its time is over, without anybody asking', async () => {
    const { reservations, told } = reservationsFor(100);
    const { id, madeAt, expiresAt } = reservations.reserve('pine')!;
    expect(expiresAt.getTime() - madeAt.getTime()).toBe(100);
    expect(await until(() => told.at(-1)?.[0] === 'expired', 5000)).toBe(true);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 1);
    expect(reservations.open.pine).toEqual([]);
    expect(reservations.confirm(id)).toBeUndefined();
  });

  test('is refused when all places of its species are taken, and tells nothing then', () => {
    const { reservations, told } = reservationsFor(3_600_000);
    const made = Array.from({ length: 7 }, () => reservations.reserve('beech'));
    expect(made.map(Boolean)).toEqual([true, true, true, true, true, false, false]);
    expect(told).toHaveLength(5);
    expect(reservations.reserve('oak')).toBeDefined();
    reservations.confirm(made[2]!.id);
    expect(reservations.reserve('beech')).toBeDefined();
    for (const { id } of Object.values(reservations.open).flat()) reservations.confirm(id);
  });

  test('has a form to confirm it on its page, and on the front page while it is open', () => {
    const { reservations } = reservationsFor(20_000);
    const one = reservations.reserve('oak')!;
    const form = `<form method="post" action="/confirm?id=${one.id}">`;
    expect(reservedPage(one)).toContain(form);
    expect(reservedPage(one)).toContain('within 20 seconds');
    expect(homePage(reservations)).toContain(form);
    expect(homePage(reservations)).toContain('action="/reserve?species=pine"');
    reservations.confirm(one.id);
    expect(homePage(reservations)).not.toContain('/confirm');
    expect(homePage()).not.toContain('/reserve');
  });
});
