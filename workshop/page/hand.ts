import { join } from 'node:path';
import { isHandUp, readJoined, tellBoard } from '../learner/joined.ts';
import { watch } from '../program/watch.ts';
import { typed } from '../terminal/typed.js';
import type { Desk, Part } from './part.ts';
import { fieldsOf, json, Refusal } from './server.ts';
import type { HandState } from './states.ts';

/** How often it is looked whether a board was joined in a terminal, in milliseconds. */
const LOOK_MS = 1000;

/** Raises the hand on the board of the class, for who has joined it. */
export function handPart({ root, publish }: Desk): Part {
  const tell = () => {
    const joined = readJoined(root);
    const isUp = joined !== undefined && isHandUp(joined);
    publish('hand', { name: joined?.name, isUp } satisfies HandState);
  };
  tell();
  const unwatch = watch([join(root, '.workshop', 'join.json')], tell, LOOK_MS);
  return {
    routes: [
      {
        method: 'POST',
        path: '/hand',
        async handle({ body }) {
          const isUp = fieldsOf(body).isUp === true;
          const outcome = await tellBoard(root, {
            about: 'hand',
            name: '',
            outcome: isUp ? 'up' : 'down',
          });
          tell();
          if (outcome?.reached && outcome.status === 200) return json({});
          throw new Refusal(
            503,
            outcome
              ? 'The board does not answer: it will hear of it with your next check.'
              : `You are on no board. To join one, type what is on the blackboard: ${typed('join')} …`,
          );
        },
      },
    ],
    stop: unwatch,
  };
}
