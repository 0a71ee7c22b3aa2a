import { expect, test } from 'vitest';
import { excerptOf } from '../../checks/harness/trouble.ts';

const LINES = [
  'C:\\Users\\Anna Lena\\tree counter\\app\\server.ts:12',
  "throw new Error('no');",
  '      ^',
  '',
  'Error: no',
  '    at respond (C:\\Users\\Anna Lena\\tree counter\\app\\server.ts:12:7)',
  '    at async file:///C:/Users/Anna%20Lena/tree%20counter/app/server.ts:9:3',
  '    at track (C:\\Users\\Anna Lena\\tree counter\\forest\\lifecycle.ts:70:5)',
  '    at get (C:\\Users\\Anna Lena\\tree counter\\app\\node_modules\\x\\index.js:1:1)',
  '',
  'Node.js v22.23.3',
  '',
];
const EXCERPT = [...LINES.slice(0, 3), ...LINES.slice(4, 7)].join('\n');

test.each(['\n', '\r\n'])(
  'of an error whose lines end in %j, the message and the places in the program stay',
  (end) => {
    expect(excerptOf(LINES.join(end), 'app/server.ts')).toBe(EXCERPT);
    expect(excerptOf(LINES.join(end).replaceAll('\\', '/'), 'app/server.ts')).toBe(
      EXCERPT.replaceAll('\\', '/'),
    );
  },
);
