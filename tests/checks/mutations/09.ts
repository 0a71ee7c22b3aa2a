import { mutation, type Mutation } from '../copies.ts';

export const mutations: readonly Mutation[] = [
  mutation('info-missing', ['metrics.ts', "name: 'application',", "name: 'about',"]),
  mutation('info-name', ['info.ts', 'name: `${options.name}_info`', 'name: options.name']),
  mutation('info-name', [
    'info.ts',
    'name: `${options.name}_info`',
    'name: `${options.name}_info_info`',
  ]),
  mutation(
    'info-type',
    ['info.ts', 'readonly #gauge: Gauge<Label>', 'readonly #gauge: Counter<Label>'],
    ['info.ts', 'new Gauge<Label>', 'new Counter<Label>'],
    ['info.ts', 'this.#gauge.set(', 'this.#gauge.inc('],
    ['info.ts', 'import { Gauge', 'import { Counter'],
  ),
  mutation('info-labels', [
    'metrics.ts',
    'applicationInfo.info({ version, runtime: `node ${process.versions.node}` });\n',
    '',
  ]),
  mutation('info-labels', [
    'metrics.ts',
    'runtime: `node ${process.versions.node}`',
    "runtime: ''",
  ]),
  mutation('info-version', [
    'metrics.ts',
    'applicationInfo.info({ version,',
    'applicationInfo.info({ version: process.version,',
  ]),
  mutation('info-version', [
    'metrics.ts',
    'applicationInfo.info({ version,',
    "applicationInfo.info({ version: '0.0.1',",
  ]),
  mutation(
    'info-changes',
    [
      'server.ts',
      'async function metrics(): Promise<Answer> {\n',
      "async function metrics(): Promise<Answer> {\n  applicationInfo.info({ version: '1.0.0', runtime: new Date().toISOString() });\n",
    ],
    [
      'server.ts',
      'import {\n  applicationState,',
      'import {\n  applicationInfo,\n  applicationState,',
    ],
  ),
  mutation(
    'info-changes',
    [
      'server.ts',
      'function home(): Answer {\n',
      "function home(): Answer {\n  applicationInfo.info({ version: '1.0.0', runtime: `node, ${performance.now()} ms` });\n",
    ],
    [
      'server.ts',
      'import {\n  applicationState,',
      'import {\n  applicationInfo,\n  applicationState,',
    ],
    [
      'server.ts',
      'async function metrics(): Promise<Answer> {\n',
      'async function metrics(): Promise<Answer> {\n  home();\n',
    ],
  ),
  mutation('info-value', [
    'info.ts',
    'as Record<Label, string>, 1)',
    'as Record<Label, string>, Date.now())',
  ]),
  mutation(
    'info-old-series',
    ['info.ts', '    this.#gauge.reset();\n', ''],
    [
      'metrics.ts',
      'applicationInfo.info({ version,',
      "applicationInfo.info({ version: 'unknown', runtime: 'node' });\napplicationInfo.info({ version,",
    ],
  ),
  mutation('state-missing', ['metrics.ts', "name: 'application_state',", "name: 'phase',"]),
  mutation('state-name', [
    'metrics.ts',
    "name: 'application_state',",
    "name: 'application_state_info',",
  ]),
  mutation(
    'state-type',
    ['enum.ts', 'readonly #gauge: Gauge<string>', 'readonly #gauge: Counter<string>'],
    ['enum.ts', 'new Gauge<string>', 'new Counter<string>'],
    ['enum.ts', 'this.#gauge.set(', 'this.#gauge.inc('],
    ['enum.ts', 'import { Gauge', 'import { Counter'],
  ),
  mutation(
    'state-label',
    ['enum.ts', 'labelNames: [rest.name, ...labelNames]', "labelNames: ['state', ...labelNames]"],
    ['enum.ts', '[this.#name]: state }', 'state }'],
  ),
  mutation(
    'state-names',
    [
      'metrics.ts',
      "states: ['starting', 'running', 'stopping']",
      "states: ['starting', 'running']",
    ],
    ['server.ts', "onStop(() => applicationState.state('stopping'));\n", ''],
  ),
  mutation(
    'state-names',
    [
      'metrics.ts',
      "states: ['starting', 'running', 'stopping']",
      "states: ['Starting', 'Running', 'Stopping']",
    ],
    ['server.ts', "state('running')", "state('Running')"],
    ['server.ts', "state('stopping')", "state('Stopping')"],
  ),
  mutation('state-two', [
    'enum.ts',
    'this.#gauge.set(sorted, state === current ? 1 : 0);',
    'if (state === current) this.#gauge.set(sorted, 1);\n      else this.#gauge.inc(sorted, 0);',
  ]),
  mutation('state-none', [
    'enum.ts',
    '    if (labelNames.length === 0) this.#set({}, first);\n',
    '    for (const state of states) this.#gauge.set({ [rest.name]: state }, 0);\n',
  ]),
  mutation('running-too-early', ['server.ts', 'await registry.ready();\n', '']),
  mutation('running-too-early', [
    'server.ts',
    'await registry.ready();\n',
    'void registry.ready();\n',
  ]),
  mutation(
    'running-by-page',
    [
      'server.ts',
      'function home(): Answer {\n',
      "function home(): Answer {\n  applicationState.state('running');\n",
    ],
    ['server.ts', "await registry.ready();\napplicationState.state('running');\n", ''],
  ),
  mutation('running-by-page', [
    'server.ts',
    '    if (error instanceof RegistryError) return failure(503, error.message);\n',
    "    applicationState.state('running');\n    if (error instanceof RegistryError) return failure(503, error.message);\n",
  ]),
  mutation(
    'running-by-visit',
    [
      'server.ts',
      '  const trees = await registry.countTrees();\n',
      "  const trees = await registry.countTrees();\n  applicationState.state('running');\n",
    ],
    ['server.ts', "await registry.ready();\napplicationState.state('running');\n", ''],
  ),
  mutation(
    'running-by-visit',
    [
      'server.ts',
      '    requests.inc({ method, endpoint, status: answer.status });\n',
      "    requests.inc({ method, endpoint, status: answer.status });\n    if (endpoint === '/treecounter' && answer.status === 200) applicationState.state('running');\n",
    ],
    ['server.ts', "await registry.ready();\napplicationState.state('running');\n", ''],
  ),
  mutation('never-running', ['server.ts', "applicationState.state('running');\n", '']),
  mutation('not-stopping', [
    'server.ts',
    "onStop(() => applicationState.state('stopping'));\n",
    '',
  ]),
  mutation(
    'not-ended',
    [
      'server.ts',
      "onStop(() => applicationState.state('stopping'));\n",
      "process.on('SIGTERM', () => applicationState.state('stopping'));\n",
    ],
    [
      'server.ts',
      "await listen(server, settings, 'PORT');",
      'await new Promise<void>((resolve) => server.listen(settings.PORT, settings.HOST, resolve));',
    ],
    ['server.ts', '  listen,\n  onStop,\n', ''],
  ),
  // It waits for connections that a timer never lets go.
  mutation('not-ended', [
    'server.ts',
    "onStop(() => applicationState.state('stopping'));\n",
    "onStop(() => {\n  applicationState.state('stopping');\n  return new Promise<void>(() => setInterval(() => {}, 1000)) as unknown as void;\n});\nprocess.exit = (() => {}) as never;\n",
  ]),
];
