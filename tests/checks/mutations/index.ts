import type { Mutation } from '../copies.ts';
import { mutations as first } from './01.ts';
import { mutations as second } from './02.ts';
import { mutations as third } from './03.ts';
import { mutations as fourth } from './04.ts';
import { mutations as fifth } from './05.ts';
import { mutations as sixth } from './06.ts';
import { mutations as seventh } from './07.ts';
import { mutations as eighth } from './08.ts';
import { mutations as ninth } from './09.ts';
import { mutations as tenth } from './10.ts';
import { mutations as eleventh } from './11.ts';

/** The mutations of every step, in order. Those of step N are `mutations[N - 1]`. */
export const mutations: readonly (readonly Mutation[])[] = [
  first,
  second,
  third,
  fourth,
  fifth,
  sixth,
  seventh,
  eighth,
  ninth,
  tenth,
  eleventh,
];
