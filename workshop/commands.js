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
  /** The class's board: its door, its metrics, its Prometheus and its Grafana. */
  door: 8075,
  classMetrics: 8076,
  classPrometheus: 9190,
  classGrafana: 3100,
  /** What PRODUCTION.md adds; workshop/stack/components.ts knows more of it. */
  alertmanager: 9093,
  pager: 8060,
  learn: 8070,
  pushgateway: 9091,
  nodeExporter: 9100,
  blackboxExporter: 9115,
  /** The second Prometheus, of WITH=central. */
  central: 9095,
  /** The registry's status page, and the learner's exporter of it. */
  registry: 8072,
  exporter: 8071,
  /** Without Docker: the metrics of the three instances of WITH=many. */
  many1: 8011,
  many2: 8012,
  many3: 8013,
  /** And of WITH=fleet. */
  fleet1: 8021,
  fleet2: 8022,
  fleet3: 8023,
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
 * @property {boolean} [labels]  whether it takes any further name, as that of a metric's label
 */

/**
 * @param {string} does
 * @param {string} example
 * @param {Partial<Variable>} more
 * @returns {Variable & { takes: 'text' }}
 */
const text = (does, example, more = {}) => ({ does, example, ...more, takes: 'text' });

/**
 * @param {string} does
 * @param {string} example
 * @param {Partial<Variable>} more
 * @returns {Variable & { takes: 'number' }}
 */
const number = (does, example, more) => ({ does, example, ...more, takes: 'number' });

/**
 * @param {string} does
 * @returns {Variable & { takes: 'switch' }}
 */
const onOff = (does) => ({ takes: 'switch', does, example: '1' });

/**
 * A port of this computer, looked for where it is not given.
 * @param {string} does
 * @param {string} example
 * @param {Partial<Variable>} more
 * @returns {Variable & { takes: 'port' }}
 */
const port = (does, example, more) => ({ does, example, rare: true, ...more, takes: 'port' });

/**
 * The variable that moves a usual port of this computer.
 * @param {number} fallback
 * @returns {Variable & { takes: 'port', fallback: number }}
 */
const moved = (fallback) => ({
  ...port(`this computer's port in place of ${fallback}`, `${fallback + 10_000}`, {}),
  fallback,
});

/**
 * @param {string} does
 * @param {string} example
 * @param {Partial<Variable>} more
 */
const step = (does, example = '5', more = {}) => text(does, example, { bare: true, ...more });

/** Every command takes it. */
export const HELP = onOff('say what the command takes');

/** Which program to run. */
const program = { STEP: step('the step to run', '6', { unset: 'your program in app/' }) };

const rare = true;
const { visitors, program: usual } = PORTS;

/** The settings of the program, which judges their values itself. */
const settings = {
  PORT: text('the port of the program', '8005', {
    rare,
    unset: `${usual}; ${visitors} in step 11`,
  }),
  METRICS_PORT: text('the port of the metrics, in step 11', '8006', { rare, unset: `${usual}` }),
  HOST: text('the address to listen on', '127.0.0.1', { rare, unset: '127.0.0.1' }),
  REGISTRY_DELAY_MS: text('the longest that the tree registry takes, 0 to 4000', '0', {
    rare,
    option: 'delay-ms',
    unset: '1000',
  }),
  REGISTRY_ERROR_RATE: text('how often the tree registry fails, 0 to 1', '1', {
    rare,
    option: 'error-rate',
    unset: '0.15',
  }),
  RESERVATION_MS: text(
    'how long a reservation of the lesson own stays open, 100 to 3600000',
    '5000',
    {
      rare,
      unset: '20000',
    },
  ),
  SEED: text('a number: the same delays, failures and donations every time', '1', {
    rare,
    unset: 'none',
  }),
};

const PORT_8000 = moved(PORTS.visitors);
const PORT_8001 = moved(PORTS.program);
const PORT_8002 = moved(PORTS.second);
const PORT_8003 = moved(PORTS.secondVisitors);
const PORT_9090 = moved(PORTS.prometheus);
const PORT_3000 = moved(PORTS.grafana);

/** What PRODUCTION.md adds to the stack. */
const components = {
  WITH: text('what to bring besides: names of PRODUCTION.md, with + between', 'alertmanager+many', {
    rare,
    unset: 'nothing',
  }),
  PORT_9093: moved(PORTS.alertmanager),
  PORT_8060: moved(PORTS.pager),
  PORT_9091: moved(PORTS.pushgateway),
  PORT_9100: moved(PORTS.nodeExporter),
  PORT_9115: moved(PORTS.blackboxExporter),
  PORT_9095: moved(PORTS.central),
  PORT_8072: moved(PORTS.registry),
  PORT_8071: moved(PORTS.exporter),
};
/** Those of the instances that run without Docker. */
const instances = {
  PORT_8011: moved(PORTS.many1),
  PORT_8012: moved(PORTS.many2),
  PORT_8013: moved(PORTS.many3),
  PORT_8021: moved(PORTS.fleet1),
  PORT_8022: moved(PORTS.fleet2),
  PORT_8023: moved(PORTS.fleet3),
};
const PROMETHEUS_CONFIG = text(
  'the configuration that Prometheus reads',
  'production/prometheus.yaml',
  { rare, unset: 'prometheus.yaml; with WITH, the example' },
);

/** Every command, in the order in which a learner meets them. */
export const COMMANDS = /** @satisfies {Readonly<Record<string, Command>>} */ ({
  dev: {
    does: 'run your program in app/ and restart it on save',
    variables: { ...program, ...settings },
  },
  check: {
    does: 'check your program and say what to do next',
    prepares: true,
    variables: {
      STEP: step('the step to check for', '5', { unset: 'the first not passed yet' }),
      WATCH: onOff('check again after each save, until Ctrl-C'),
    },
  },
  hint: {
    does: 'say more about the check that failed last',
    variables: {
      STEP: step('only if that check was one for this step', '5', { unset: 'whichever' }),
    },
  },
  progress: { does: 'show which steps your program passes', variables: {} },
  metrics: {
    does: "show the running program's own metrics",
    labels: true,
    variables: {
      NAME: text('a part of the names to show', 'requests', {
        bare: true,
        unset: "all of the program's own",
      }),
      ENDPOINT: text('only series with this label; any other label works alike', '/treecounter'),
      WATCH: onOff('show what changes, until Ctrl-C'),
      PORT: port(settings.PORT.does, '8005', { least: 0, unset: settings.PORT.unset }),
      METRICS_PORT: port(settings.METRICS_PORT.does, '8006', { least: 0, unset: `${usual}` }),
      HOST: settings.HOST,
      PORT_8000,
      PORT_8001,
    },
  },
  learn: {
    does: 'show the class in your browser, and your program beside it',
    variables: {
      PORT_8070: { ...moved(PORTS.learn), least: 0 },
      PORT_8000,
      PORT_8001,
      PORT_9090,
      PORT_9095: components.PORT_9095,
    },
  },
  diff: {
    does: 'show what a chapter changes',
    variables: {
      STEP: step('the step at the end of the chapter', '5', {
        unset: 'the chapter that the last check was about',
      }),
      MINE: onOff('show what your app/ lacks of its end'),
    },
  },
  take: {
    does: 'bring the files that a chapter does not let you type',
    variables: { STEP: step('the step whose files to bring', '9', { required: true }) },
  },
  begin: {
    does: 'put the state before a chapter into app/, and save yours',
    variables: { STEP: step('the step of the chapter', '5', { required: true }) },
  },
  solve: {
    does: 'put the end of a chapter into app/, and save yours',
    variables: { STEP: step('the step of the chapter', '5', { required: true }) },
  },
  restore: {
    does: 'list the saved copies of app/, or bring one back',
    variables: {
      NAME: text('the copy to bring back', '1', { bare: true, unset: 'the list of them' }),
    },
  },
  up: {
    does: 'start the stack in Docker: your program, Prometheus, Grafana',
    variables: {
      ...program,
      ...settings,
      PORT_8000,
      PORT_8001,
      PORT_8002,
      PORT_8003,
      PORT_9090,
      PORT_3000,
      SECOND: onOff('start a second program beside the stack'),
      ...components,
      WITH: { ...components.WITH, rare: false },
      PROMETHEUS_CONFIG,
    },
  },
  down: {
    does: 'stop the stack in Docker',
    variables: { VOLUMES: onOff('drop what Prometheus and Grafana have stored') },
  },
  native: {
    does: 'the same stack without Docker, until Ctrl-C',
    variables: {
      ...program,
      ...settings,
      PORT_9090,
      PORT_3000,
      GRAFANA_HOME: text(
        'the folder of Grafana, if it is in an unusual place',
        '/path/to/grafana',
        {
          rare,
          unset: 'looked for',
        },
      ),
      ...components,
      ...instances,
      PROMETHEUS_CONFIG,
    },
  },
  load: {
    does: 'send traffic to the program, and sum up the answers',
    variables: {
      SECONDS: number('how long to send', '60', {
        bare: true,
        least: 1,
        most: 3600,
        unset: 'until Ctrl-C',
      }),
      RPS: {
        ...number('requests per second, on average', '5', { least: 0.1, most: 200 }),
        fallback: 5,
      },
      PORT: port('the port of the program', '8005', { unset: `${visitors}, else ${usual}` }),
      URL: text('where the program is', `http://localhost:${usual}`, { rare, unset: 'looked for' }),
      PORT_8000,
      PORT_8001,
    },
  },
  reload: {
    does: 'have Prometheus read prometheus.yaml and alerts.yaml now',
    variables: { PORT_9090, PORT_9093: components.PORT_9093, PORT_9095: components.PORT_9095 },
  },
  rules: {
    does: 'check alerts.yaml and production/rules/, and run your tests of them in mine/',
    variables: {},
  },
  ask: {
    does: 'ask you for a query, and judge it by what it gives',
    variables: {
      N: text('the question', '04d', { bare: true, unset: 'the first open one' }),
      WATCH: onOff('judge again after each save, until Ctrl-C'),
      SHOW: onOff('give the solution away, after a try'),
      LIST: onOff('list all questions, and which you have answered'),
      PORT_9090,
    },
  },
  incident: {
    does: 'get a call about a fault, and find it in Prometheus',
    variables: {
      N: text('the incident to start', '3', { bare: true, unset: 'one that you have not solved' }),
      WHAT: text('your diagnosis: what it is, by its number', '4', { rare, unset: 'asked for' }),
      WHERE: text('where it is, by its number', '2', { rare, unset: 'asked for' }),
      MINUTE: text('when it began', '14:23', { rare, unset: 'asked for' }),
      QUERY: text('a query that shows it', 'up', {
        rare,
        unset: 'that of mine/incident.promql',
      }),
      SHOW: onOff('give up, and read what it is'),
      PACE: {
        ...number('what to multiply its times by, to try it out', '0.2', { least: 0.02, most: 1 }),
        rare,
        fallback: 1,
      },
      PORT_8000,
      PORT_8001,
      PORT_9090,
    },
  },
  join: {
    does: 'by choice: tell the board how far you are, or raise your hand',
    variables: {
      BOARD: text('the board, as it is on the blackboard', 'http://192.168.1.20:8075/oak-wren-42', {
        rare,
        unset: 'shows what was sent',
      }),
      NAME: text('a nickname', 'ada', { rare, unset: 'none' }),
      HAND: text('1 raises your hand, 0 takes it down', '1', {
        choices: ['1', '0'],
        unset: 'as it is',
      }),
      LEAVE: onOff('leave, and have all deleted that you have sent'),
    },
  },
  board: {
    does: 'for the one in front: where the class is, and what it stumbles over',
    variables: {
      HOST: text('the address by which learners reach the board', '192.168.1.20', {
        rare,
        unset: 'none: only this computer can join',
      }),
      NAMES: onOff('say who has joined, and whose hand is up'),
      END: onOff('delete all that the class has told'),
      PORT_8075: moved(PORTS.door),
      PORT_8076: moved(PORTS.classMetrics),
      PORT_9190: moved(PORTS.classPrometheus),
      PORT_3100: moved(PORTS.classGrafana),
    },
  },
  job: {
    does: 'run the job in app/ once, as at night',
    variables: {
      STEP: step('the exercise whose job to run', 'job', { unset: 'your job in app/' }),
      REGISTRY_DELAY_MS: settings.REGISTRY_DELAY_MS,
      REGISTRY_ERROR_RATE: settings.REGISTRY_ERROR_RATE,
      SEED: settings.SEED,
      PORT_9091: components.PORT_9091,
    },
  },
  exporter: {
    does: 'run the exporter in app/ alone and restart it on save',
    variables: {
      STEP: step('the exercise whose exporter to run', 'exporter', {
        unset: 'your exporter in app/',
      }),
      PORT_8072: components.PORT_8072,
      PORT_8071: components.PORT_8071,
    },
  },
  pager: {
    does: 'show what Alertmanager sends, on a page, until Ctrl-C',
    variables: { PORT_8060: components.PORT_8060 },
  },
  amtool: {
    does: "run Alertmanager's own tool",
    variables: {
      ARGS: text('what to tell it, in quotes', 'silence query', { bare: true, unset: 'nothing' }),
      PORT_9093: components.PORT_9093,
    },
  },
  outage: {
    does: 'stop the second Prometheus for a while',
    variables: {
      SECONDS: {
        ...number('how long', '30', { bare: true, least: 1, most: 3600 }),
        fallback: 10,
      },
      PORT_9095: components.PORT_9095,
    },
  },
  doctor: {
    does: 'see whether this laptop is ready for class',
    variables: { PORT_8000, PORT_8001, PORT_9090, PORT_3000, ...components, ...instances },
  },
  prefetch: {
    does: 'download all that the class needs while there is a network',
    variables: {
      MIRROR: text("where Prometheus' archive is: a URL or a folder", 'http://192.168.1.2:8080', {
        rare,
        unset: 'the official releases',
      }),
      NATIVE: { ...onOff('fetch what runs without Docker, though Docker is here'), rare },
      WITH: components.WITH,
    },
  },
  help: { does: 'list the commands', packages: 'none', variables: {} },
  test: {
    does: "run the workshop's own tests",
    packages: 'all',
    passes: 'vitest',
    variables: {},
  },
  e2e: {
    does: 'run it against a real Prometheus, and what else is here (tells what it skips)',
    packages: 'all',
    passes: 'vitest',
    variables: {},
  },
  bench: {
    does: 'measure what metrics cost (two minutes)',
    packages: 'all',
    variables: {
      PART: text('what to measure alone', 'requests', {
        bare: true,
        choices: ['operations', 'requests', 'scrape'],
        unset: 'all of them',
      }),
      QUICK: onOff('only see that it works'),
      OUT: text('the folder for the results', '/tmp/bench', {
        rare,
        unset: 'bench/, if all was measured',
      }),
    },
  },
});

/**
 * The table, for who goes through it.
 * @type {Readonly<Record<CommandName, Command>>}
 */
export const commands = COMMANDS;

/** The commands by what they are for, in the order of the table. */
export const GROUPS = /** @type {Readonly<Record<string, readonly CommandName[]>>} */ ({
  'Your program': ['dev', 'check', 'hint', 'progress', 'metrics', 'learn'],
  'The chapters': ['diff', 'take', 'begin', 'solve', 'restore'],
  'The stack': ['up', 'down', 'native', 'load', 'reload', 'rules'],
  'Queries and faults': ['ask', 'incident'],
  'The room': ['join', 'board'],
  'The second half-day': ['job', 'exporter', 'pager', 'amtool', 'outage'],
  'Before class': ['doctor', 'prefetch', 'help'],
  'For authors': ['test', 'e2e', 'bench'],
});

/** @typedef {keyof typeof COMMANDS} CommandName */
/**
 * @template {CommandName} Name
 * @typedef {(typeof COMMANDS)[Name]['variables']} VariablesOf
 */
/** @typedef {{ [Name in CommandName]: keyof VariablesOf<Name> }[CommandName]} VariableName */
