import { basename, dirname } from 'node:path';
import { errorsIn, plain, type PrintedError } from './errors.ts';
import type { Hint } from './failure.ts';

/** What can go wrong with a program before, or whatever, it is checked for. */
export interface Trouble {
  /** The step whose chapter explains it; none if that is the step of the check that met it. */
  readonly step?: number;
  readonly hint: Hint;
  /** What the program should do, where the check that met it is about something else. */
  readonly check?: string;
  /** The words by which an error that the program prints is known. */
  readonly says?: RegExp;
  /** Its whole message, for a program that prints nothing else of it. */
  readonly line?: RegExp;
}

/** Every trouble. Of those with `says`, the first that fits is meant. */
export const troubles = {
  'package-json': {
    step: 1,
    says: /#forest.*is not defined|ERR_PACKAGE_IMPORT_NOT_DEFINED/,
    hint: {
      first: 'Delete app/package.json: the program belongs to the package at the root.',
      fuller:
        'Node looks for the nearest package.json to learn what #forest means. One inside app/ hides the one at the root, which says so. Install packages from the root only: everything that the workshop needs is there already.',
    },
  },
  'port-taken': {
    step: 1,
    says: /EADDRINUSE/,
    line: /^Port \d+ on \S+ is taken: stop the other program|^listen EADDRINUSE: .*:\d+$/,
    hint: {
      first:
        'Take the port from the settings: `readSettings` reads PORT, and METRICS_PORT in chapter 11. The check gave both a free port.',
      fuller:
        'Your program asks for a port that another program holds, perhaps your own under `make dev`. The check starts a second one beside it and tells it in PORT and METRICS_PORT which ports are free. A number written into the code ignores that, and so does a server that listens twice.',
    },
  },
  'defaults-twice': {
    step: 2,
    says: /A metric with the name (?:process|nodejs)_\w+ has already been registered/,
    line: /^A metric with the name (?:process|nodejs)_\w+ has already been registered\.$/,
    hint: {
      first:
        'Call `collectDefaultMetrics()` once, where the program starts: here it is called again.',
      fuller:
        'Each call of `collectDefaultMetrics()` creates the metrics of the process and of Node again, and prom-client refuses names that are there already. Often it has been in server.ts since chapter 02, and came a second time with metrics.ts; or it stands in the handler of /metrics, which calls it at each scrape. Keep one call, at the top of a file.',
    },
  },
  'registered-twice': {
    step: 3,
    says: /A metric with the name \S+ has already been registered/,
    line: /^A metric with the name \S+ has already been registered\.$/,
    hint: {
      first:
        'Create each metric once, at the top of a file. A second `new` with the same name is refused.',
      fuller:
        'A metric lives as long as the program and keeps its value. If it is created inside a handler, the second request creates it again, and prom-client throws. If it is created in two files, the second file does. Create it once, export it, and import it where it is used.',
    },
  },
  'forgotten-await': {
    step: 2,
    says: /Received an instance of Promise|Received type object \(\[object Promise\]|instance of Promise/,
    hint: {
      first: 'Put `await` before `register.metrics()`: it gives a promise of the text.',
      fuller:
        '`register.metrics()` may have to ask each metric for its value, so it returns a promise. What you send is that promise, not the text in it. Write `await register.metrics()`, in a function that is `async`.',
    },
  },
  'counter-decreased': {
    step: 3,
    says: /It is not possible to decrease a counter/,
    line: /^It is not possible to decrease a counter$/,
    hint: {
      first: 'A counter never falls. What goes up and down is a gauge.',
      fuller:
        'Prometheus reads every fall of a counter as a restart of the program, so prom-client refuses `inc()` with a negative number. Trees are felled and requests end: make such a metric a `Gauge`, which has `set()`, `inc()` and `dec()`.',
    },
  },
  'label-undeclared': {
    step: 4,
    says: /is not included in initial labelset/,
    line: /^Added label "\S+" is not included in initial labelset: \[.*\]$/,
    hint: {
      first:
        'Name every label in `labelNames` where the metric is created, spelled as where it is used.',
      fuller:
        'A metric knows its labels from the start. prom-client refuses a label that is not in `labelNames`: it is missing there, or one of the two is misspelled.',
    },
  },
  'not-a-number': {
    step: 3,
    says: /Value is not a valid number/,
    line: /^Value is not a valid number: .*$/,
    hint: {
      first: 'Give the metric a number. What it got is printed above: text, or nothing at all.',
      fuller:
        'prom-client takes numbers only. A common cause is a value that is `undefined`, or a promise that was not awaited, or a text such as "3.50" that only looks like a number.',
    },
  },
  'syntax-error': {
    step: 1,
    says: /Transform failed|TransformError|ERR_INVALID_TYPESCRIPT_SYNTAX/,
    hint: {
      first: 'The code cannot be read: fix the line that the message names.',
      fuller:
        'A bracket, a quote or a comma is missing or too many, near the line that the message names; often it is the line before. `npx tsc` lists all such places, and your editor marks them in red.',
    },
  },
  'export-missing': {
    step: 1,
    says: /does not provide an export named/,
    hint: {
      first: 'A file imports a name that the other file does not export: compare the spelling.',
      fuller:
        'The message tells the name and the file. Either the `export` before it is missing, or the name is spelled in another way on the two sides.',
    },
  },
  'take-09': {
    step: 9,
    says: /Cannot find module '[^']*[\\/](?:info|enum)\.[jt]s'/,
    hint: {
      first: 'A file of chapter 09 is not there: `make take STEP=9` brings info.ts and enum.ts.',
      fuller:
        'Chapter 09 does not let you type the classes `Info` and `Enum`: they come by the command, and nothing of yours is overwritten. If the file is there, compare the path in the `import` with its place.',
    },
  },
  'take-10': {
    step: 10,
    says: /Cannot find module '[^']*[\\/](?:instrument)\.[jt]s'/,
    hint: {
      first: 'A file of chapter 10 is not there: `make take STEP=10` brings instrument.ts.',
      fuller:
        'Chapter 10 does not let you type the helpers: they come by the command, and nothing of yours is overwritten. If the file is there, compare the path in the `import` with its place.',
    },
  },
  'take-11': {
    step: 11,
    says: /Cannot find module '[^']*[\\/](?:metrics-server)\.[jt]s'/,
    hint: {
      first: 'A file of chapter 11 is not there: `make take STEP=11` brings metrics-server.ts.',
      fuller:
        'Chapter 11 does not let you type the second server: it comes by the command, and nothing of yours is overwritten. If the file is there, compare the path in the `import` with its place.',
    },
  },
  'metrics-file': {
    step: 3,
    says: /Cannot find module '[^']*[\\/](?:metrics)\.[jt]s'/,
    hint: {
      first: 'app/metrics.ts is not there: write it as chapter 03 says, beside server.ts.',
      fuller:
        'From chapter 03 on all metrics are made in a file of their own, which server.ts imports as "./metrics.ts". If it was there before, `make restore` lists your saved copies.',
    },
  },
  'import-missing': {
    step: 1,
    says: /ERR_MODULE_NOT_FOUND|Cannot find (module|package)/,
    hint: {
      first: 'A file that is imported is not there: look at its name, and at the ending .ts.',
      fuller:
        'Imports of your own files begin with "./" and end in ".ts", as in `import { requests } from "./metrics.ts"`. What a chapter does not let you type comes by `make take`; the chapter says so.',
    },
  },
  'entry-missing': {
    step: 1,
    hint: {
      first:
        'app/server.ts is the file that is started, and it is not there. `make restore` lists your saved copies.',
      fuller:
        'The program begins in app/server.ts. Other files may be named as you like. `make restore` lists the copies that were saved and brings one back; `make begin STEP=1` puts the first program there.',
    },
  },
  threw: {
    hint: {
      first:
        'Fix the error that the program has printed first: it is quoted above, with the line where it showed.',
      fuller:
        'Read the first line of the error: it says what happened. The lines below begin with the place in your code where it showed; the cause may stand where a function was handed over, such as to `timed`. "Cannot read properties of undefined (reading …)" or "Cannot read private member …" inside a method often means that it was handed over without its object: `const { inc } = counter` or `use(counter.inc)` loses `this`; write `() => counter.inc()`. An arrow function has no `this` of its own, either: write `collect() { … }`.',
    },
  },
  'never-settled': {
    step: 1,
    hint: {
      first:
        'The program waits for a promise that nobody keeps: an `await` outside of all functions.',
      fuller:
        'Node ends a program with code 13 when an `await` at the top of a file waits and nothing is left that could end the waiting: no server listens yet, no timer runs. Node names the line, as printed above. Let the promise be resolved, or call `listen` first.',
    },
  },
  exited: {
    step: 1,
    hint: {
      first: 'The program itself calls `process.exit`: take the call out. The place stands above.',
      fuller:
        '`process.exit` ends a program at once, with whatever code it is given, and says nothing. A program that serves visitors runs until it is told to stop, and #forest sees to that. If the call stands behind an error that is caught, let the error be printed.',
    },
  },
  killed: {
    step: 1,
    hint: {
      first:
        'A signal has ended the program: `process.kill` or `process.abort` in it, or the system.',
      fuller:
        'No error of JavaScript ends a program by a signal. Either the program sends one to itself, or somebody else did: a system that runs out of memory ends the largest program. Look for `process.kill` and `abort`, and for a list that grows without end.',
    },
  },
  crashed: {
    step: 1,
    hint: {
      first: 'The program has ended by an error or with a code that says so: read what it printed.',
      fuller:
        'Where there is an error, its first line says what happened, and the lines below begin with the place in your code. Where nothing is printed, something sets `process.exitCode`. Start the program by `make dev` to see the same, and fix it: it starts again whenever you save.',
    },
  },
  ended: {
    step: 1,
    hint: {
      first: 'The program came to its end, without an error: does it call `listen`?',
      fuller:
        'A program that listens on a port runs until it is stopped. Yours came to its end, without an error: it never listens, or something closes the server. Look at the end of app/server.ts: `await listen(server, settings, "PORT")` keeps it running. `make begin STEP=1` brings the first program back, after saving yours.',
    },
  },
  'waits-for-registry': {
    step: 9,
    hint: {
      first:
        'Call `listen` before `await registry.ready()`: in this run the registry never answers.',
      fuller:
        'The check has started your program twice. The first run answers. In the second one the registry fails each time, and nothing listens: `listen` waits for `registry.ready()`, which never comes back there. A program that is starting must answer scrapes already, to say that it is starting.',
    },
  },
  'port-fixed': {
    step: 1,
    hint: {
      first: 'The program listens on another port than PORT says: take it from `readSettings`.',
      fuller:
        'Every program here is told its port by the environment, so that two can run side by side. Write `readSettings({ PORT: 8001 })`, where 8001 counts only if PORT is not set, and give the result to `listen`.',
    },
  },
  'pages-silent': {
    step: 11,
    hint: {
      first: "Only the metrics have a server: call `await listen(server, settings, 'PORT')`, too.",
      fuller:
        'The program listens on METRICS_PORT, and nobody answers on PORT, where the visitors come. Chapter 11 adds a second server; the first one stays as it was. `await listen(server, settings, "PORT")` comes first, then `await startMetricsServer(settings)`.',
    },
  },
  silent: {
    step: 1,
    hint: {
      first:
        'The program runs, but nobody answers on PORT: does it get as far as `listen(PORT, HOST)`?',
      fuller:
        'Something before `listen` never ends: a loop, or an `await` whose promise is never kept. Start it by `make dev`, and put a `console.log` before the lines that you suspect.',
    },
  },
  busy: {
    step: 2,
    hint: {
      first:
        'A loop keeps the program busy, and nobody gets an answer meanwhile: take the loop out.',
      fuller:
        'While one request waited, another one got no answer either: all requests share one thread, and code that runs without an `await` has it for itself. If it is the loop of three seconds from chapter 02, it has done its work: take it out again. Else look for a `while` whose condition never becomes false.',
    },
  },
  'no-answer': {
    step: 1,
    hint: {
      first: 'This request was taken and never answered: is `response.end` reached on every way?',
      fuller:
        'The program accepted the connection, and then nothing came, while it answered others. Either no line sends an answer for this request, or it waits for a promise that is never kept.',
    },
  },
  'too-long': {
    step: 2,
    hint: {
      first: 'The answer is longer than 16 MB: make it shorter. Nobody can read that.',
      fuller:
        'The check stops reading after 16 MB. An answer of /metrics of that length means far too many series: a label takes values without bounds. A page of that length means a loop that writes too much.',
    },
  },
  'header-too-long': {
    step: 2,
    hint: {
      first: 'The header of the answer is longer than 16 KB: clients refuse it. Make it shorter.',
      fuller:
        'What stands in front of the body is for a few short facts, and Node, Prometheus and browsers refuse to read it without end. Look at what is handed to `writeHead` and `setHeader`: the text of the answer belongs in `response.end`.',
    },
  },
  'length-wrong': {
    step: 2,
    hint: {
      first: 'The Content-Length does not fit the body: leave it out, and Node counts by itself.',
      fuller:
        'If the header says more than is sent, the client waits for the rest; if it says less, what is left over looks like the next answer, and the connection breaks. `text.length` counts characters, the header counts bytes. Without the header, `response.end(body)` gets it right.',
    },
  },
  dropped: {
    step: 1,
    hint: {
      first: 'The connection was cut without an answer: let `response.end` send one.',
      fuller:
        'The program closed the connection before an answer was complete. Look for `destroy()` on the request, the response or the socket, and for `server.closeAllConnections()`.',
    },
  },
  'not-http': {
    step: 1,
    hint: {
      first: 'What listens on PORT does not speak HTTP: use `createServer` of node:http.',
      fuller:
        'The bytes that came back are no HTTP answer. `createServer` of "node:http" writes the lines that a browser and Prometheus expect; the one of "node:net" leaves them to you.',
    },
  },
  'metrics-unanswered': {
    step: 2,
    check: '/metrics answers each time',
    hint: {
      first: '/metrics has answered before, and now it fails: what did the last request change?',
      fuller:
        'Prometheus scrapes for as long as the program runs. If one scrape succeeds and a later one fails, something throws while the metrics are read: a `collect` function, or a metric that was made or changed by the request before. The message of the error is in what the program prints.',
    },
  },
  'metrics-port-waits': {
    step: 11,
    hint: {
      first: 'Start the metrics server before `await registry.ready()`, not after it.',
      fuller:
        'In a second run, whose registry never answers, nobody listens on METRICS_PORT, though the pages are there. `await registry.ready()` waits for the registry, and everything below it waits, too. That the program is still starting is what the metrics are to tell: `await startMetricsServer(settings)` comes first.',
    },
  },
  'bucket-infinity': {
    step: 7,
    check: 'the last bucket of each histogram is +Inf, once',
    hint: {
      first: 'Leave `Infinity` out of the buckets: prom-client adds le="+Inf" by itself.',
      fuller:
        'Every histogram ends with the bucket le="+Inf", which counts all observations. A bucket that you give as `Infinity` comes out as le="Infinity" beside it: the same bucket twice. Prometheus 3 takes the two for one, and what reads the text to the letter takes them for two.',
    },
  },
  'bucket-twice': {
    step: 7,
    hint: {
      first: 'Give each bucket its upper bound, every one another: 0.1, 0.2, 0.3 and so on.',
      fuller:
        'Two buckets of a histogram have the same bound, so that the same series is there twice, and Prometheus refuses the whole scrape. Buckets are limits, "at most so much", and no widths: ten times 0.1 is ten times the same bucket.',
    },
  },
  'not-exposition': {
    step: 2,
    check: '/metrics answers with a text that Prometheus can read',
    hint: {
      first: 'Send exactly what `await register.metrics()` gives, and nothing around it.',
      fuller:
        '/metrics is read by a program: one line a sample, as `name{label="value"} 1`, and a line feed at the end. HTML around it, JSON made of it, or a line of your own makes Prometheus refuse the whole scrape. The message above names the line.',
    },
  },
} as const satisfies Record<string, Trouble>;

export type TroubleId = keyof typeof troubles;

/** Troubles that a program can print and go on: they explain better than any symptom. */
export const SURVIVED: readonly TroubleId[] = [
  'defaults-twice',
  'registered-twice',
  'forgotten-await',
  'counter-decreased',
  'label-undeclared',
  'not-a-number',
  'threw',
];

/** Troubles that an error which the program has printed explains better. */
export const SYMPTOMS: readonly TroubleId[] = [
  'metrics-unanswered',
  'not-exposition',
  'no-answer',
  'dropped',
];

/** A line that may be an error's message and nothing else: `console.error(error.message)`. */
const ERROR_NAME = /^(?:(?:[A-Z]\w*)?Error(?: \[\w+\])?: )?(\S.*)$/;
/** Errors that are always a mistake in the program, whatever it makes of them. */
const BUGS = /^(?:Type|Reference|Range|Syntax|Eval|Aggregate)Error$/;

/**
 * The trouble that a program's own words tell of, if it is one that is known: an error with its
 * stack, or a line that is an error's message and nothing else. A log may hold the same words.
 */
export function troubleIn(output: string): TroubleId | undefined {
  const errors = errorsIn(output).map(({ message }) => message);
  const lines = output.split(/\r?\n/).map((one) => ERROR_NAME.exec(one)?.[1] ?? '');
  const all = Object.entries<Trouble>(troubles);
  return all.find(
    ([, { says, line }]) =>
      (says && errors.some((message) => says.test(message))) ||
      (line && lines.some((one) => line.test(one))),
  )?.[0] as TroubleId | undefined;
}

/**
 * The last error in what a program has printed that must be a mistake in it.
 * @param any whether it has answered 500 meanwhile: then every error is
 */
export function bugIn(output: string, any: boolean): PrintedError | undefined {
  const errors = errorsIn(output).filter(({ name }) => name !== 'RegistryError');
  return errors.findLast(
    ({ name, message, stack }) =>
      any || BUGS.test(name) || /\[ERR_\w+\]/.test(message) || /prom-client/.test(stack),
  );
}

/** The lines of an error that a learner can use: its message, and the places in `entry`'s folder. */
export function excerptOf(output: string, entry: string): string {
  const folder = `/${basename(dirname(entry))}/`;
  const isOwn = (line: string) => {
    // On Windows a place is C:\…\app\server.ts, or file:///C:/…/app/server.ts.
    const place = line.replaceAll('\\', '/');
    return place.includes(folder) && !place.includes('/node_modules/');
  };
  const lines = plain(output.replaceAll('\r\n', '\n'))
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Node\.js v|^node:internal/.test(line))
    .filter((line) => !/^\s+at /.test(line) || isOwn(line))
    .map((line) => (line.length > 200 ? `${line.slice(0, 200)}…` : line));
  return lines.slice(0, 12).join('\n').trimEnd();
}
