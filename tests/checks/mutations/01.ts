import { mutation, type Mutation } from '../copies.ts';

export const mutations: readonly Mutation[] = [
  mutation('front-page', ['server.ts', "['/', { GET: home }],", "['/home', { GET: home }],"]),
  mutation(
    'failure-hidden',
    [
      'server.ts',
      'const trees = await registry.countTrees();',
      "const trees = await registry.countTrees().catch(() => 'no');",
    ],
    ['server.ts', 'body: countPage(trees)', 'body: `<p>${trees} trees</p>`'],
  ),
  // Asked until it answers: the failure never shows.
  mutation('failure-hidden', [
    'server.ts',
    'const trees = await registry.countTrees();',
    'let trees: number | undefined;\n  while (trees === undefined) trees = await registry.countTrees().catch(() => undefined);',
  ]),
  mutation('failure-is-500', [
    'server.ts',
    'if (error instanceof RegistryError) return failure(503, error.message);',
    '',
  ]),
  mutation('no-number', [
    'server.ts',
    '{ status: 200, body: countPage(trees) }',
    '{ status: 404, body: countPage(trees) }',
  ]),
  mutation('plant', ['server.ts', 'status: 201', 'status: 200']),
  mutation('fell', [
    'server.ts',
    '{ status: 200, body: felledPage(species) }',
    "{ status: 204, body: '' }",
  ]),
  mutation('none-stands', [
    'server.ts',
    'if (!registry.fell(species)) return failure(409, `No ${species} stands.`);',
    'registry.fell(species);',
  ]),
  mutation('planted-twice', [
    'server.ts',
    'const euros = registry.plant(species);',
    'registry.plant(species);\n  const euros = registry.plant(species);',
  ]),
  mutation('planted-twice', [
    'server.ts',
    'plantedPage(species, euros)',
    'plantedPage(species, euros + 0 * registry.plant(species))',
  ]),
  mutation('unknown-species', [
    'server.ts',
    'return failure(400, `Name',
    'return failure(404, `Name',
  ]),
  mutation('unknown-path', [
    'server.ts',
    "if (!route) return failure(404, 'There is no such page.');",
    'if (!route) return home();',
  ]),
  mutation('wrong-method', ['server.ts', ', { Allow: allowed });', ');']),
  mutation('head', ['server.ts', "method === 'HEAD' ? 'GET' : method", 'method']),
  mutation('host-ignored', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    "await listen(server, { ...settings, HOST: '0.0.0.0' }, 'PORT');",
  ]),
  mutation('host-ignored', [
    'server.ts',
    "await listen(server, settings, 'PORT');",
    'await new Promise<void>((resolve) => server.listen(settings.PORT, resolve));',
  ]),
  mutation('number-wrong', ['server.ts', 'countPage(trees)', 'countPage(0 * trees)']),
  mutation(
    'number-wrong',
    [
      'server.ts',
      'const trees = await registry.countTrees();',
      'last ??= await registry.countTrees();',
    ],
    ['server.ts', 'countPage(trees)', 'countPage(last - 1)'],
    ['server.ts', 'const routes =', 'let last: number | undefined;\nconst routes ='],
  ),
  mutation('visit-fails', [
    'server.ts',
    'const trees = await registry.countTrees();',
    "const trees = await registry.countTrees();\n  if (trees >= 0) return failure(500, 'No.');",
  ]),
  mutation('visit-fails', [
    'server.ts',
    'return { status: 200, body: countPage(trees) };',
    'return failure(502, `The page for ${trees} trees is not there.`);',
  ]),
  mutation('unreadable-path', [
    'server.ts',
    'const route = routes.get(path);',
    "let decoded = '';\n  try {\n    decoded = decodeURIComponent(path);\n  } catch {\n    return failure(500, 'Something went wrong here.');\n  }\n  const route = routes.get(decoded);",
  ]),
  mutation('any-case', ['server.ts', 'routes.get(path)', 'routes.get(path.toLowerCase())']),
  mutation('any-case', [
    'server.ts',
    'const route = routes.get(path);',
    "const [, route] = [...routes].find(([known]) => new RegExp(`^${known}$`, 'i').test(path)) ?? [];",
  ]),
];
