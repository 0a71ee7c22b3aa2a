// Plain JavaScript: it is read before the packages are there that run TypeScript.

/** The usual ports, by what answers there. `PORT_9090=19090` moves 9090 on this computer. */
export const PORTS = /** @type {const} */ ({
  /** The visitors of step 11. */
  visitors: 8000,
  /** The metrics; the visitors, too, of all steps before 11. */
  program: 8001,
  /** The second instance of `make up SECOND=1`: its metrics, as 8001, … */
  second: 8002,
  /** … and its visitors, as 8000. */
  secondVisitors: 8003,
  prometheus: 9090,
  grafana: 3000,
});

/**
 * A variable of a command: `make load RPS=2`, or `npm run load -- --rps 2`.
 * @typedef {object} Variable
 * @property {string} does  what it is for
 * @property {'text' | 'number' | 'port' | 'switch'} takes  a switch is on or off
 * @property {string} example  a value to show
 * @property {boolean} [bare]  whether npm takes it without its name: `npm run diff -- 5`
 * @property {boolean} [required]
 * @property {string} [option]  its npm option, where that is not its name in small letters
 * @property {readonly string[]} [choices]  all that it may hold
 * @property {string} [unset]  what holds without it, in words
 * @property {number} [fallback]  what holds without it, of a number
 * @property {number} [least]  of a number or a port
 * @property {number} [most]  of a number or a port
 * @property {boolean} [rare]  whether `make help` leaves it out
 */

/**
 * A command: `make NAME`, or `npm run NAME`.
 * @typedef {object} Command
 * @property {string} does
 * @property {Readonly<Record<string, Variable>>} variables
 * @property {'all' | 'none'} [packages]  what must be installed, if it is not what a learner needs
 * @property {boolean} [prepares]  whether `commands/NAME-early.js` does something before all else
 * @property {string} [passes]  the program that gets the arguments, as they are
 */

const step = /** @type {const} */ ({ takes: 'text', example: '5', bare: true });

/** Every command takes it. */
export const HELP = /** @type {const} */ ({
  takes: 'switch',
  example: '1',
  does: 'say what the command takes',
});

/** Which program to run. */
const program = /** @type {const} */ ({
  STEP: { ...step, example: '6', does: 'the step to run', unset: 'your program in app/' },
});

/** The settings of the program, which judges their values itself. */
const settings = /** @type {const} */ ({
  PORT: {
    takes: 'text',
    rare: true,
    example: '8005',
    unset: `${PORTS.program}; ${PORTS.visitors} in step 11`,
    does: 'the port of the program',
  },
  METRICS_PORT: {
    takes: 'text',
    rare: true,
    example: '8006',
    unset: `${PORTS.program}`,
    does: 'the port of the metrics, in step 11',
  },
  HOST: {
    takes: 'text',
    rare: true,
    example: '127.0.0.1',
    unset: '127.0.0.1',
    does: 'the address to listen on',
  },
  REGISTRY_DELAY_MS: {
    takes: 'text',
    rare: true,
    example: '0',
    option: 'delay-ms',
    unset: '1000',
    does: 'the longest that the tree registry takes, 0 to 4000',
  },
  REGISTRY_ERROR_RATE: {
    takes: 'text',
    rare: true,
    example: '1',
    option: 'error-rate',
    unset: '0.15',
    does: 'how often the tree registry fails, 0 to 1',
  },
  SEED: {
    takes: 'text',
    rare: true,
    example: '1',
    unset: 'none',
    does: 'a number: the same delays, failures and donations every time',
  },
});

/**
 * The variable that moves a usual port of this computer.
 * @template {number} Port
 * @param {Port} usual
 */
function movesPort(usual) {
  return /** @type {const} */ ({
    takes: 'port',
    example: `${usual + 10_000}`,
    fallback: usual,
    rare: true,
    does: `this computer's port in place of ${usual}`,
  });
}

const moves = {
  PORT_8000: movesPort(PORTS.visitors),
  PORT_8001: movesPort(PORTS.program),
  PORT_8002: movesPort(PORTS.second),
  PORT_8003: movesPort(PORTS.secondVisitors),
  PORT_9090: movesPort(PORTS.prometheus),
  PORT_3000: movesPort(PORTS.grafana),
};

/** Every command, in the order in which a learner meets them. */
export const COMMANDS = /** @type {const} */ ({
  dev: {
    does: 'run your program in app/ and restart it on save',
    variables: { ...program, ...settings },
  },
  check: {
    does: 'check your program and say what to do next',
    prepares: true,
    variables: {
      STEP: { ...step, does: 'the step to check for', unset: 'the first not passed yet' },
      WATCH: { takes: 'switch', example: '1', does: 'check again after each save, until Ctrl-C' },
    },
  },
  hint: {
    does: 'say more about the check that failed last',
    variables: {
      STEP: { ...step, does: 'only if that check was one for this step', unset: 'whichever' },
    },
  },
  progress: { does: 'show which steps your program passes', variables: {} },
  metrics: {
    does: "show the running program's own metrics",
    variables: {
      NAME: {
        takes: 'text',
        example: 'requests',
        bare: true,
        does: 'a part of the names to show',
        unset: "all of the program's own",
      },
      WATCH: { takes: 'switch', example: '1', does: 'show what changes, until Ctrl-C' },
      PORT: { ...settings.PORT, takes: 'port', least: 0 },
      METRICS_PORT: { ...settings.METRICS_PORT, takes: 'port', least: 0 },
      HOST: settings.HOST,
    },
  },
  diff: {
    does: 'show what a chapter changes',
    variables: { STEP: { ...step, required: true, does: 'the step at the end of the chapter' } },
  },
  take: {
    does: 'bring the files into app/ that a chapter does not let you type',
    variables: {
      STEP: { ...step, example: '9', required: true, does: 'the step whose files to bring' },
    },
  },
  begin: {
    does: 'put the state before a chapter into app/, and save yours',
    variables: { STEP: { ...step, required: true, does: 'the step of the chapter' } },
  },
  solve: {
    does: 'put the end of a chapter into app/, and save yours',
    variables: { STEP: { ...step, required: true, does: 'the step of the chapter' } },
  },
  restore: {
    does: 'list the saved copies of app/, or bring one back',
    variables: {
      NAME: {
        takes: 'text',
        example: '1',
        bare: true,
        does: 'the copy to bring back',
        unset: 'the list of them',
      },
    },
  },
  up: {
    does: 'start the stack in Docker: your program, Prometheus, Grafana',
    variables: {
      ...program,
      ...settings,
      ...moves,
      SECOND: { takes: 'switch', example: '1', does: 'start a second program beside the stack' },
    },
  },
  down: {
    does: 'stop the stack in Docker',
    variables: {
      VOLUMES: {
        takes: 'switch',
        example: '1',
        does: 'drop what Prometheus and Grafana have stored',
      },
    },
  },
  native: {
    does: 'the same stack without Docker, until Ctrl-C',
    variables: {
      ...program,
      ...settings,
      PORT_9090: moves.PORT_9090,
      PORT_3000: moves.PORT_3000,
      GRAFANA_HOME: {
        takes: 'text',
        example: '/path/to/grafana',
        rare: true,
        does: 'the folder of Grafana, if it is in an unusual place',
        unset: 'looked for',
      },
    },
  },
  reload: {
    does: 'have Prometheus read prometheus.yaml and alerts.yaml now',
    variables: { PORT_9090: moves.PORT_9090 },
  },
  load: {
    does: 'send traffic to the program, and sum up the answers',
    variables: {
      SECONDS: {
        takes: 'number',
        example: '60',
        bare: true,
        least: 1,
        most: 3600,
        does: 'how long to send',
        unset: 'until Ctrl-C',
      },
      RPS: {
        takes: 'number',
        example: '5',
        fallback: 5,
        least: 0.1,
        most: 200,
        does: 'requests a second, on average',
      },
      PORT: {
        takes: 'port',
        example: '8005',
        rare: true,
        does: 'the port of the program',
        unset: `${PORTS.visitors}, else ${PORTS.program}`,
      },
      URL: {
        takes: 'text',
        example: `http://localhost:${PORTS.program}`,
        rare: true,
        does: 'where the program is',
        unset: 'looked for',
      },
      PORT_8000: moves.PORT_8000,
      PORT_8001: moves.PORT_8001,
    },
  },
  doctor: {
    does: 'see whether this laptop is ready for class',
    variables: {
      PORT_8000: moves.PORT_8000,
      PORT_8001: moves.PORT_8001,
      PORT_9090: moves.PORT_9090,
      PORT_3000: moves.PORT_3000,
    },
  },
  prefetch: {
    does: 'download all that the class needs while there is a network',
    variables: {
      MIRROR: {
        takes: 'text',
        example: 'http://192.168.1.2:8080',
        does: "where Prometheus' archive is: a URL or a folder",
        unset: 'the official releases',
      },
      NATIVE: {
        takes: 'switch',
        example: '1',
        does: 'fetch what runs without Docker, though Docker is here',
      },
    },
  },
  test: {
    does: "run the workshop's own tests",
    packages: 'all',
    passes: 'vitest',
    variables: { CI: { takes: 'switch', example: '1', does: 'try what adds little, too' } },
  },
  e2e: {
    does: 'run it against a real Prometheus, and what else is here (tells what it skips)',
    packages: 'all',
    passes: 'vitest',
    variables: { CI: { takes: 'switch', example: '1', does: 'try what adds little, too' } },
  },
  bench: {
    does: 'measure what metrics cost (two minutes)',
    packages: 'all',
    variables: {
      PART: {
        takes: 'text',
        example: 'requests',
        bare: true,
        choices: ['operations', 'requests', 'scrape'],
        does: 'what to measure alone',
        unset: 'all of them',
      },
      QUICK: { takes: 'switch', example: '1', does: 'only see that it works' },
      OUT: {
        takes: 'text',
        example: '/tmp/bench',
        rare: true,
        does: 'the folder for the results',
        unset: 'bench/, if all was measured',
      },
    },
  },
  help: { does: 'list the commands', packages: 'none', variables: {} },
});

/**
 * The table, for who goes through it.
 * @type {Readonly<Record<CommandName, Command>>}
 */
export const commands = COMMANDS;

/** @typedef {keyof typeof COMMANDS} CommandName */
/**
 * @template {CommandName} Name
 * @typedef {(typeof COMMANDS)[Name]['variables']} VariablesOf
 */
/** @typedef {{ [Name in CommandName]: keyof VariablesOf<Name> }[CommandName]} VariableName */
