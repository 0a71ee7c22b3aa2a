import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PORTS } from '../../workshop/commands.js';
import { wordsOf } from '../../workshop/commands/amtool.ts';
import { findBeside, findProgram, ROOT } from '../../workshop/programs.ts';
import {
  COMPONENTS,
  componentsIn,
  leftRunning,
  missingFiles,
  missingPrograms,
  runsOn,
  withProfiles,
} from '../../workshop/stack/components.ts';
import { nativeFound, translateDiscovery } from '../../workshop/stack/native-files.ts';
import { prometheusConfig } from '../../workshop/stack/prometheus.ts';
import { UsageError } from '../../workshop/terminal/arguments.js';

const names = (text: string) => componentsIn(text, 'up').map(({ name }) => name);

describe('WITH', () => {
  test('names components with + or commas between, in any order', () => {
    expect(names('')).toEqual([]);
    expect(names('alertmanager+many')).toEqual(['many', 'alertmanager']);
    expect(names('pushgateway, many')).toEqual(['many', 'pushgateway']);
  });

  test('that names none of them says which there are, and what to type', () => {
    expect(() => names('many+alertmanagr')).toThrow(UsageError);
    expect(() => names('alertmanagr')).toThrow(/did you mean alertmanager\?[^]*Type for example:/);
  });

  test('leaves those of an earlier WITH running, and says which', () => {
    const services = ['app', 'prometheus', 'app2', 'pager', 'alertmanager', 'many-2', 'central'];
    const left = leftRunning(componentsIn('central', 'up'), services);
    expect(left.map(({ name }) => name)).toEqual(['many', 'alertmanager']);
    expect(leftRunning(componentsIn('', 'up'), ['app', 'prometheus', ''])).toEqual([]);
  });

  test('adds to the profiles that are there', () => {
    expect(withProfiles({ COMPOSE_PROFILES: 'second' }, ['many']).COMPOSE_PROFILES).toBe(
      'second,many',
    );
    expect(withProfiles({}, []).COMPOSE_PROFILES).toBe('');
  });

  test('says of each program that is not on PATH where it comes from', () => {
    const lines = missingPrograms(COMPONENTS, { PATH: '' });
    expect(lines).toHaveLength(COMPONENTS.filter(({ program }) => program).length);
    for (const line of lines)
      expect(line).toMatch(/https:\/\/prometheus\.io\/download\/#|make up|npm run up/);
  });

  test('says that node_exporter is not for Windows, and how to go on', () => {
    const chosen = componentsIn('node-exporter+exporter', 'native');
    expect(missingPrograms(chosen, { PATH: '' }, 'win32')).toEqual([
      expect.stringMatching(
        /^node_exporter does not run on Windows: use Docker, .+, or leave it out\.$/,
      ),
    ]);
    expect(chosen.filter((one) => runsOn(one, 'win32')).map(({ name }) => name)).toEqual([
      'exporter',
    ]);
    expect(chosen.every((one) => runsOn(one, 'darwin'))).toBe(true);
  });

  test('asks for the file of the learner that a component runs', () => {
    const [line, ...more] = missingFiles(COMPONENTS, join(ROOT, 'exercises'));
    expect(line).toMatch(/^There is no app\/exporter\.ts\. Get one with: .*begin.*exporter$/);
    expect(more).toEqual([]);
  });
});

test('no two of what the workshop starts want the same port', () => {
  const usual = Object.values(PORTS);
  expect(usual).toEqual([...new Set(usual)]);
});

test('what stands beside a server is no program for visitors', () => {
  expect(() => findProgram('job')).toThrow(
    /^job is a job: .* (make job STEP=|npm run job -- )job$/,
  );
  expect(() => findProgram('exporter')).toThrow(
    /^exporter is an exporter: .* (make exporter STEP=|npm run exporter -- )exporter$/,
  );
  expect(findBeside('exporter', undefined).entry).toBe('app/exporter.ts');
});

test('PROMETHEUS_CONFIG is a file of this folder', () => {
  expect(prometheusConfig({})).toBe('prometheus.yaml');
  expect(prometheusConfig({ PROMETHEUS_CONFIG: './production/prometheus.yaml' })).toBe(
    'production/prometheus.yaml',
  );
  for (const bad of [
    '../prometheus.yaml',
    '/etc/passwd',
    'nowhere.yaml',
    'package.json',
    'C:\\x.yaml',
  ]) {
    expect(() => prometheusConfig({ PROMETHEUS_CONFIG: bad }), bad).toThrow(
      /is not there: .* PROMETHEUS_CONFIG=prometheus\.yaml$/,
    );
  }
});

test('without Docker, files name the targets that a name server would, on the lines where they were', () => {
  const text = readFileSync(join(ROOT, 'production/prometheus.yaml'), 'utf8');
  const translated = translateDiscovery(text);
  expect(translated).not.toContain('dns_sd_configs');
  expect(translated).toContain('files: [many.json]');
  const lines = (one: string) => one.split('\n').map((line) => line.search(/\S/));
  expect(lines(translated)).toEqual(lines(text));
  const found = nativeFound(COMPONENTS, { PORT_8012: '18012' });
  expect(found.many).toEqual(['localhost:8011', 'localhost:18012', 'localhost:8013']);
  // Each name asked for is a component's.
  for (const [, name = ''] of text.matchAll(/names: \[(.+)\]/g)) expect(found).toHaveProperty(name);
});

test('a line for amtool is cut into words as a shell does', () => {
  expect(wordsOf(`silence add alertname="Target Down" --comment='a b' x`)).toEqual([
    'silence',
    'add',
    'alertname=Target Down',
    '--comment=a b',
    'x',
  ]);
  expect(wordsOf('')).toEqual([]);
});
