import type { ProgramEvent } from '../program/supervise.ts';

/**
 * Writes what happens to a program, for a person who edits it.
 * @param name how that person knows it: `app/server.ts`
 */
export function writeProgramEvents(name: string): (event: ProgramEvent) => void {
  return (event) => {
    if (event.type === 'saved') console.log(`\nSaved: restarting ${name}`);
    if (event.type === 'output') process[event.stream].write(event.text);
    if (event.type === 'ended' && event.next === 'wait') {
      console.error(`${name} has ended. Fix it and save: it starts again by itself.`);
    }
  };
}
