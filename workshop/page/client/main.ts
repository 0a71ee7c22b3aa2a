import { startConnection } from './connection.ts';
import { startHand } from './hand.ts';
import { startProgram } from './program.ts';
import { startQueries } from './queries.ts';
import { startText } from './text.ts';

startText();
startProgram();
startHand();
startQueries();
startConnection();
