import type { HandState } from '../states.ts';
import { change, onEvent } from './connection.ts';
import { attempt, make, say } from './dom.ts';

/** The learner's hand on the board of the class: it is there for who has joined. */
export function startHand(): void {
  const section = document.getElementById('page-hand')!;
  const line = make('p', { role: 'status' });
  const button = make('button', { type: 'button' });
  const failure = make('p', { className: 'said', role: 'status' });
  section.append(make('h2', { textContent: 'Board' }), line, button, failure);
  let isUp = false;
  button.addEventListener('click', () => attempt(failure, () => change('/hand', { isUp: !isUp })));
  onEvent<HandState>('hand', (state) => {
    isUp = state.isUp;
    section.hidden = state.name === undefined;
    if (section.hidden) return;
    const words = isUp ? '✋ Your hand is up.' : `You are on the board as ${state.name}.`;
    say(line, words);
    say(button, isUp ? 'Take it down' : 'Raise your hand');
  });
}
