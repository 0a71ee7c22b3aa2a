import {
  catchUp,
  forget,
  joinBoard,
  leaveBoard,
  readJoined,
  tellBoard,
  type Joined,
  type Outcome,
} from '../learner/joined.ts';
import { ROOT } from '../programs.ts';
import { UsageError, type Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** So many messages are shown. */
const MOST_SHOWN = 10;

const EXAMPLE = { BOARD: 'http://192.168.1.20:8075/oak-wren-42', NAME: 'ada' };

const TOLD =
  'From now on a check, an answer or a diagnosis tells the board: which one, passed or which hint, and how long. Nothing else: no code, no path, no query.';

/**
 * Joins the board of the class, by choice: BOARD is its address, NAME a nickname. HAND: raises the hand or takes it down; LEAVE: takes
 * all of it back. Without any of these, shows what was joined and what was sent.
 */
export async function run({ BOARD, NAME, HAND, LEAVE }: Values<'join'>): Promise<number> {
  const joined = readJoined(ROOT);
  if (LEAVE) return leave(joined);
  if (BOARD || NAME) return join(joined, BOARD, NAME);
  if (!joined) {
    console.error(
      `You are on no board. Type what is on the blackboard, such as: ${typed('join', EXAMPLE)}`,
    );
    return 1;
  }
  if (HAND) return raise(HAND === '1');
  console.log(describe(joined));
  return 0;
}

async function join(before: Joined | undefined, given: string, name: string): Promise<number> {
  if (!given || !name) {
    throw new UsageError(`Type both, the board and a nickname, such as: ${typed('join', EXAMPLE)}`);
  }
  const board = addressOf(given);
  if (before) {
    console.error(
      `You are on ${before.board} as ${before.name} already. Leave it first: ${typed('join', { LEAVE: true })}`,
    );
    return 1;
  }
  const outcome = await joinBoard(ROOT, board, name);
  if (!outcome.reached || outcome.status !== 201) {
    console.error(why(outcome, board, typed('join', { BOARD: board, NAME: name })));
    return 1;
  }
  await catchUp(ROOT);
  console.log(`You are on the board as ${readJoined(ROOT)!.name}. ${TOLD}
It is sent unencrypted through this room's network.
See what was sent: ${typed('join')}    Raise your hand: ${typed('join', { HAND: 1 })}    Take all of it back: ${typed('join', { LEAVE: true })}`);
  return 0;
}

/** @throws {UsageError} if it is no board's address */
function addressOf(text: string): string {
  const [, address] = /^(?:http:\/\/)?([\w.-]+:\d+\/[a-z]+-[a-z]+-\d+)\/?$/.exec(text) ?? [];
  if (address && URL.canParse(`http://${address}`)) return `http://${address}`;
  throw new UsageError(
    `BOARD=${JSON.stringify(text.slice(0, 60))} is no board: type it as it is on the blackboard, such as ${typed('join', EXAMPLE)}`,
  );
}

async function leave(joined: Joined | undefined): Promise<number> {
  if (!joined) {
    console.log('You are on no board, and nothing is sent.');
    return 0;
  }
  const outcome = await leaveBoard(ROOT, joined);
  if (readJoined(ROOT) === undefined) {
    console.log(
      'You have left: the board has deleted all that you sent, and nothing more is sent.',
    );
    return 0;
  }
  const again = typed('join', { LEAVE: true });
  forget(ROOT);
  console.error(
    `${why(outcome, joined.board, again)}\nNothing more is sent. What was sent is deleted at the end of the day; to have it deleted now, tell the one in front: ${joined.name}.`,
  );
  return 1;
}

async function raise(up: boolean): Promise<number> {
  const news = { about: 'hand', name: '', outcome: up ? 'up' : 'down' } as const;
  const outcome = await tellBoard(ROOT, news);
  const again = typed('join', { HAND: up ? 1 : 0 });
  if (outcome?.reached && outcome.status === 200) {
    console.log(
      up ? `Your hand is up. Take it down: ${typed('join', { HAND: 0 })}` : 'Your hand is down.',
    );
    return 0;
  }
  console.error(why(outcome ?? { reached: false, why: '' }, readJoined(ROOT)?.board ?? '', again));
  return 1;
}

function why(outcome: Outcome, board: string, again: string): string {
  if (outcome.reached) {
    const says = typeof outcome.body.error === 'string' ? outcome.body.error.slice(0, 200) : 'No.';
    // Of a stranger's answer nothing may steer the terminal.
    return `The board says: ${says.replaceAll(/\p{C}/gu, ' ')} To try again, type: ${again}`;
  }
  return `The board at ${new URL(board).host} cannot be reached${outcome.why ? `: ${outcome.why}` : ''}. Some networks keep laptops apart; the class goes on without. To try again, type: ${again}`;
}

function describe({ board, name, waiting, sent }: Joined): string {
  const all = [
    ...sent.map((message) => `  ${JSON.stringify(message)}`),
    ...waiting.map((message) => `  ${JSON.stringify(message)} (not yet)`),
  ];
  const shown = all.slice(-MOST_SHOWN);
  const heading = `What was sent${all.length > shown.length ? `, the last ${shown.length}` : ''}:`;
  return `You are on ${board} as ${name}.\n${all.length === 0 ? 'Nothing was sent yet.' : [heading, ...shown].join('\n')}\nTake all of it back: ${typed('join', { LEAVE: true })}`;
}
