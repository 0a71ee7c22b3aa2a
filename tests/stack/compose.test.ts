import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, posix } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { PORTS } from '../../workshop/commands.js';
import { ALL_PROFILES, COMPONENTS, imagesOf } from '../../workshop/stack/components.ts';
import { images } from '../../workshop/stack/docker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const compose = read('docker-compose.yaml').replaceAll(/^\s*#.*$/gm, '');

/** The lines that belong to a service, by its name. */
function service(name: string): string {
  const found = new RegExp(`^  ${name}:.*\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(compose);
  return found![1]!;
}

const serviceNames = [
  ...compose.slice(compose.indexOf('\nservices:')).matchAll(/^ {2}([\w-]+):.*\n {4}/gm),
].map(([, name]) => name!);

test('without a profile it is the stack of the class, and each component has the profile of its name', () => {
  const named = COMPONENTS.flatMap(({ services }) => services);
  expect(serviceNames.toSorted()).toEqual(
    ['app', 'app2', 'prometheus', 'grafana', ...named].toSorted(),
  );
  for (const { name, services, ports } of COMPONENTS) {
    for (const one of services) {
      if (service(one).includes('<<: *instance')) continue;
      expect(service(one), one).toContain(`    profiles: [${name}]\n`);
    }
    ports.forEach(({ usual }, index) => {
      expect(service(services[index]!)).toContain(`:-${usual}}:${usual}`);
      expect(Object.values(PORTS)).toContain(usual);
    });
  }
  for (const usual of ['app', 'prometheus', 'grafana']) {
    expect(service(usual)).not.toContain('profiles:');
  }
  const profiles = [...compose.matchAll(/profiles: \[(.+)\]/g)].map(([, name]) => name!);
  expect(new Set(profiles)).toEqual(new Set(ALL_PROFILES));
});

test('every port is open to this computer alone, and can be moved', () => {
  const lists = [...compose.matchAll(/^ {4}ports:\n((?: {6}- .*\n)+)/gm)];
  const ports = lists.flatMap(([, list]) => list!.trim().split(/\n\s*/));
  expect(ports).toHaveLength(14);
  for (const port of ports) {
    expect(port).toMatch(/^- 127\.0\.0\.1:\$\{PORT_(\d+):-\1\}:\d+$/);
  }
  expect(compose.match(/^\s*ports:/gm)).toHaveLength(12);
});

test('docker-compose 1.29 and docker compose 2 both take the file', () => {
  // What the one refuses or the other warns of.
  expect(compose).not.toMatch(/^(version|name):/m);
  expect(compose).not.toMatch(/^\s+(develop|start_interval|restart):/m);
});

test('every image has its version', () => {
  const { node, prometheus, grafana } = images();
  for (const image of [node, prometheus, grafana, ...imagesOf(COMPONENTS)]) {
    expect(image).toMatch(/^[\w/-]+:v?\d+[\w.-]*$/);
  }
  expect(imagesOf(COMPONENTS)).toHaveLength(4);
});

test('every container is locked down and limited', () => {
  expect(compose).toMatch(
    /^x-locked:.*\n {2}init: true\n {2}read_only: true\n {2}cap_drop: \[ALL\]\n {2}security_opt: \['no-new-privileges:true'\]$/m,
  );
  expect(compose).toMatch(/^x-program: &program\n {2}<<: \*locked$/m);
  expect(compose).toMatch(/^ {2}many-1: &instance\n {4}<<: \*program$/m);
  for (const name of serviceNames) {
    if (name === 'many-1') continue;
    expect(service(name), name).toMatch(/^ {4}<<: \*(locked|program|instance|prometheus)$/m);
    if (!/<<: \*(program|instance|prometheus)/.test(service(name))) {
      expect(service(name), name).toMatch(/^ {4}mem_limit: \d+m$/m);
    }
  }
  // Folders of this computer are only read.
  for (const [, mount] of compose.matchAll(/- (\.\/?\S*:\S+)/g)) expect(mount).toMatch(/:ro,z$/);
  // All of it, for node_exporter: z would give every file of the system another label.
  expect([...compose.matchAll(/- (\/\S*:\S+)/g)].map(([, mount]) => mount)).toEqual(['/:/host:ro']);
});

test('the image has what it runs, and nothing else of this folder', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, list]) =>
    list!.split(' '),
  );
  const admitted = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name!);
  expect(admitted.toSorted()).toEqual([...new Set(copied)].toSorted());
  expect(read('.dockerignore')).toMatch(/^\*$/m);
  const missing = imported([
    'workshop/run.js',
    'workshop/commands/dev.ts',
    'workshop/commands/exporter.ts',
  ]).filter((file) => !copied.some((part) => file === part || file.startsWith(`${part}/`)));
  expect(missing).toEqual([]);
});

/** The files that some of them import, and those that these import, from the root. */
function imported(files: string[]): string[] {
  const found = new Set(files);
  for (const file of found) {
    const imports = /^(?:import|export) (?!type)[^;']*from '(\.[^']+)'|import\('(\.[^']+)'\)/gm;
    for (const [, name, late] of read(file).matchAll(imports)) {
      found.add(posix.join(posix.dirname(file), (name ?? late)!));
    }
  }
  return [...found];
}

test('Grafana asks for no log-in, fetches nothing and reports nothing', () => {
  expect(parseEnv(read('grafana/settings.env'))).toMatchObject({
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Editor',
    GF_SECURITY_ADMIN_USER: 'workshop',
    GF_SECURITY_ADMIN_PASSWORD: 'workshop',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
  });
});
