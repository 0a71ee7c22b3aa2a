/** A source of numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * Gives the sequence of random numbers called `name`. With a seed it is the same sequence every
 * time, and no other name's; without one it is `Math.random`.
 */
export function createRandom(seed: number | undefined, name: string): Random {
  if (seed === undefined) return Math.random;
  let state = hash(`${seed}/${name}`);
  // Mulberry32, by Tommy Ettinger: 32 bits of state are plenty for a lesson.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, 32 bits (draft-eastlake-fnv). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193);
  }
  return value;
}
