import { startConnection } from './connection.ts';
import { startProgram } from './program.ts';
import { startQueries } from './queries.ts';
import { startText } from './text.ts';

startText();
startProgram();
startQueries();
startConnection();
