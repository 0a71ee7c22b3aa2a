import { supervise } from '../../workshop/program/supervise.ts';
import { writeProgramEvents } from '../../workshop/terminal/program-events.ts';

/** Supervises the program in the folder SUPERVISED, as `dev` does with `app/`; with EVENTS, it writes them as data. */
const folder = process.env.SUPERVISED!;
const entry = `${folder}/server.ts`;
process.exit(
  await supervise({
    entry,
    watched: [folder],
    env: process.env,
    ...(process.env.EVENTS
      ? { output: 'events', onEvent: (event) => console.log(JSON.stringify(event)) }
      : { onEvent: writeProgramEvents(entry) }),
  }),
);
