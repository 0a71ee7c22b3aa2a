import type { ProgramEvent } from '../program/supervise.ts';

/**
 * Writes what happens to a program, for a person who edits it, and tells whoever has started this
 * command with a channel for messages.
 * @param name how that person knows it: `app/server.ts`
 */
export function writeProgramEvents(name: string): (event: ProgramEvent) => void {
  return (event) => {
    // It may be gone.
    if (event.type !== 'output') process.send?.(event, undefined, undefined, () => {});
    if (event.type === 'saved') console.log(`\nSaved: restarting ${name}`);
    if (event.type === 'output') process[event.stream].write(event.text);
    if (event.type === 'ended' && event.next === 'wait') {
      console.error(`${name} has ended. Fix it and save: it starts again by itself.`);
    }
  };
}
