import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { SPECIES, type Species } from './registry.ts';
import type { Settings } from './settings.ts';

/** So many reservations of a species can be open at a time. */
const PLACES = 5;

/** A visitor's word to plant a tree, until it is confirmed or expires. */
export interface Reservation {
  readonly id: string;
  readonly species: Species;
  readonly madeAt: Date;
  readonly expiresAt: Date;
}

/** What happens to a reservation: it is made, and later either confirmed or expired. */
export type ReservationEvent = 'made' | 'confirmed' | 'expired';

/** The reservations of this program. They are in memory: a restart forgets them. */
export interface Reservations {
  /** Those that are open now, a list for each species, the oldest first. */
  readonly open: Readonly<Record<Species, readonly Reservation[]>>;
  /** Reserves a tree for RESERVATION_MS; undefined when no place is left. */
  reserve(species: Species): Reservation | undefined;
  /** Confirms an open reservation; undefined when there is none of this id, or not any more. */
  confirm(id: string): Reservation | undefined;
  /** Calls `listener` at each event of this kind, once the list shows it. */
  on(event: ReservationEvent, listener: (reservation: Reservation) => void): void;
}

/** Makes an empty list of reservations, which expire when the settings say. */
export function createReservations({ RESERVATION_MS }: Settings): Reservations {
  const open: Record<Species, Reservation[]> = { oak: [], beech: [], pine: [] };
  const timers = new Map<string, NodeJS.Timeout>();
  const events = new EventEmitter<Record<ReservationEvent, [Reservation]>>();

  function end(reservation: Reservation, event: 'confirmed' | 'expired'): void {
    const { id, species } = reservation;
    clearTimeout(timers.get(id));
    timers.delete(id);
    open[species].splice(open[species].indexOf(reservation), 1);
    events.emit(event, reservation);
  }

  return {
    open,
    reserve(species) {
      if (open[species].length >= PLACES) return undefined;
      const now = Date.now();
      const reservation = {
        id: randomUUID(),
        species,
        madeAt: new Date(now),
        expiresAt: new Date(now + RESERVATION_MS),
      };
      open[species].push(reservation);
      timers.set(
        reservation.id,
        setTimeout(() => end(reservation, 'expired'), RESERVATION_MS),
      );
      events.emit('made', reservation);
      return reservation;
    },
    confirm(id) {
      const reservation = SPECIES.flatMap((species) => open[species]).find((one) => one.id === id);
      if (reservation) end(reservation, 'confirmed');
      return reservation;
    },
    on: (event, listener) => void events.on(event, listener),
  };
}
