import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  findSamples,
  sumOf,
  type Family,
  type MetricType,
} from '../../checks/harness/exposition.ts';
import { QUIET, runStep, shareStep, spawnStep, connect, stepsFrom } from '../support/steps.ts';
import { onlyUnderCI } from '../support/ci.ts';
import { OWN_METRICS } from '../support/contract.ts';

const ROUTES = [
  ['GET', '/', '200'],
  ['GET', '/', '500'],
  ['GET', '/treecounter', '200'],
  ['GET', '/treecounter', '500'],
  ['GET', '/treecounter', '503'],
  ['POST', '/plant', '201'],
  ['POST', '/plant', '400'],
  ['POST', '/plant', '500'],
  ['POST', '/fell', '200'],
  ['POST', '/fell', '400'],
  ['POST', '/fell', '409'],
  ['POST', '/fell', '500'],
] as const;
const FINE = ['0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '1', '+Inf'];
const DEFAULT = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10'];

const isDefault = (name: string) => /^(nodejs|process)_/.test(name);
const byName = (families: Family[]) => new Map(families.map((family) => [family.name, family]));
const values = (families: Family[], name: string, label: string) => [
  ...new Set(findSamples(families, name).map(({ labels }) => labels[label])),
];

/** The states of the program, each with its value. */
const states = (families: Family[]) =>
  findSamples(families, 'application_state').map(({ labels, value }) => [
    labels.application_state,
    value,
  ]);

describe.each(stepsFrom(2))('%s', (name) => {
  const number = parseInt(name);
  const step = shareStep(name);

  // Before any other test: the first visit starts series of its own.
  test('starts every series at 0', async () => {
    const families = await step().scrape();
    const zero = (metric: string, labels: Record<string, string>) =>
      expect(findSamples(families, metric, labels), metric).toMatchObject([{ value: 0 }]);
    if (number >= 3) zero('donated_euros_total', {});
    if (number === 3) zero('requests_total', {});
    if (number >= 4) {
      for (const [method, endpoint, status] of ROUTES) {
        zero('requests_total', { method, endpoint, status });
      }
      expect(findSamples(families, 'requests_total')).toHaveLength(ROUTES.length);
    }
    if (number >= 5) {
      for (const species of ['oak', 'beech', 'pine']) zero('trees_standing', { species });
      zero('requests_in_progress', {});
      expect(sumOf(families, 'host_memory_free_bytes')).toBeGreaterThan(1e6);
    }
    for (const [method, endpoint] of ROUTES) {
      if (number >= 6) zero('request_duration_seconds_count', { method, endpoint });
      if (number >= 8) zero('request_processing_seconds_count', { method, endpoint });
    }
    if (number >= 10) {
      zero('registry_exceptions_total', {});
      zero('registry_duration_seconds_count', {});
    }
  });

  test('exposes these metrics of its own, and the default ones', async () => {
    const families = await step().scrape();
    const own: Record<string, MetricType> = {};
    for (const family of families) {
      expect(family.help, family.name).toMatch(/./);
      if (!isDefault(family.name)) own[family.name] = family.type;
    }
    const expected = OWN_METRICS.filter(({ since }) => since <= number);
    expect(own).toEqual(Object.fromEntries(expected.map(({ name, type }) => [name, type])));
    for (const { name, labels, plainUntil = 0 } of expected) {
      const wanted = number < plainUntil ? [] : labels;
      const reserved = ['le', 'quantile'];
      for (const sample of byName(families).get(name)!.samples) {
        const found = Object.keys(sample.labels).filter((label) => !reserved.includes(label));
        expect(found.toSorted(), sample.name).toEqual([...wanted].toSorted());
      }
    }
    const defaults = families.filter((family) => isDefault(family.name)).map(({ name }) => name);
    expect(defaults).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']),
    );
  });

  test('counts what happens, and nothing else', async () => {
    const before = await step().scrape();
    for (const line of [
      'GET /',
      'GET /treecounter',
      'HEAD /treecounter',
      'POST /plant?species=oak',
      'POST /plant?species=oak',
      'POST /plant?species=elm',
      'POST /fell?species=oak',
      'POST /fell?species=pine',
      'DELETE /plant',
      'GET /nope',
      'PURGE /nope?x',
    ]) {
      await step().send(line);
    }
    const after = await step().scrape();
    const delta = (metric: string, labels?: Record<string, string>) =>
      sumOf(after, metric, labels) - sumOf(before, metric, labels);

    if (number >= 3) {
      expect(delta('requests_total')).toBe(11);
      expect(delta('donated_euros_total')).toBeGreaterThan(0);
      expect(delta('donated_euros_total')).toBeLessThan(20);
    }
    if (number >= 4) {
      const counted = findSamples(after, 'requests_total').flatMap(({ labels }) => {
        const { method, endpoint, status } = labels;
        const times = delta('requests_total', labels);
        return times ? [`${method} ${endpoint} ${status} ${times}`] : [];
      });
      expect(counted.toSorted()).toEqual([
        'GET / 200 1',
        'GET /treecounter 200 1',
        'GET unmatched 404 1',
        'HEAD /treecounter 200 1',
        'POST /fell 200 1',
        'POST /fell 409 1',
        'POST /plant 201 2',
        'POST /plant 400 1',
        'other /plant 405 1',
        'other unmatched 404 1',
      ]);
    }
    if (number >= 5) {
      expect(delta('trees_standing', { species: 'oak' })).toBe(1);
      expect(delta('trees_standing')).toBe(1);
      expect(sumOf(after, 'requests_in_progress')).toBe(0);
    }
    for (const metric of ['request_duration_seconds', 'request_processing_seconds']) {
      if (number < (metric === 'request_duration_seconds' ? 6 : 8)) continue;
      expect(delta(`${metric}_count`)).toBe(11);
      expect(delta(`${metric}_count`, { method: 'POST', endpoint: '/plant' })).toBe(3);
      expect(delta(`${metric}_count`, { method: 'other', endpoint: 'unmatched' })).toBe(1);
    }
    if (number >= 6) {
      const bounds = values(after, 'request_duration_seconds_bucket', 'le');
      expect(bounds).toEqual(number === 6 ? [...DEFAULT, '+Inf'] : FINE);
    }
    if (number >= 8) {
      expect(values(after, 'request_processing_seconds', 'quantile')).toEqual([
        '0.5',
        '0.9',
        '0.99',
      ]);
      const sums = ['request_duration_seconds_sum', 'request_processing_seconds_sum'];
      expect(delta(sums[0]!)).toBeCloseTo(delta(sums[1]!), 9);
    }
    if (number >= 10) {
      expect(delta('registry_duration_seconds_count')).toBe(2);
      expect(delta('registry_exceptions_total')).toBe(0);
      expect(values(after, 'registry_duration_seconds_bucket', 'le')).toEqual(FINE);
    }
  });

  if (number < 9) return;
  test('says that it is running, and what runs', async () => {
    await expect
      .poll(async () => states(await step().scrape()), { timeout: 10_000 })
      .toEqual([
        ['starting', 0],
        ['running', 1],
        ['stopping', 0],
      ]);
    const [info, ...others] = findSamples(await step().scrape(), 'application_info');
    expect(others).toEqual([]);
    expect(info!.value).toBe(1);
    expect(Object.keys(info!.labels)).toEqual(['runtime', 'version']);
    expect(info!.labels.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info!.labels.runtime).toMatch(/^node \d+\.\d+\.\d+$/);
  });
});

/** Where something new is to be seen of slow answers; the other steps are tried under CI. */
const SLOW = ['05-gauges', '11-metrics-port'];

describe.each(stepsFrom(5))('%s, slow', (name) => {
  const number = parseInt(name);

  test('shows what is in progress, times it in seconds, and answers /metrics meanwhile', async (context) => {
    if (!SLOW.includes(name)) onlyUnderCI(context);
    const step = await runStep(name, { REGISTRY_DELAY_MS: '2000', SEED: '5' });
    const visits = Array.from({ length: 200 }, () => step.send('GET /treecounter'));
    let most = 0;
    let scrapes = 0;
    const all = Promise.all(visits);
    const visitors = { wait: true };
    void all.finally(() => (visitors.wait = false));
    while (visitors.wait) {
      most = Math.max(most, sumOf(await step.scrape(), 'requests_in_progress'));
      scrapes++;
      await sleep(100);
    }
    expect((await all).every(({ status }) => status === 200)).toBe(true);
    expect(scrapes).toBeGreaterThan(3);
    expect(most).toBeGreaterThan(100);
    const families = await step.scrape();
    expect(sumOf(families, 'requests_in_progress')).toBe(0);
    const labels = { method: 'GET', endpoint: '/treecounter' };
    for (const [metric, since] of [
      ['request_duration_seconds', 6],
      ['request_processing_seconds', 8],
    ] as const) {
      if (number < since) continue;
      // Evenly spread over two seconds: a mean near one. Milliseconds would be a thousand.
      const mean = sumOf(families, `${metric}_sum`, labels) / 200;
      expect(mean).toBeGreaterThan(0.6);
      expect(mean).toBeLessThan(2.5);
    }
  });
});

describe.each(stepsFrom(9))('%s, its state', (name) => {
  test('is starting until the registry has answered once, in no metric', async (context) => {
    if (name.startsWith('09')) onlyUnderCI(context);
    const program = spawnStep(name, { ...QUIET, REGISTRY_ERROR_RATE: '1' });
    const step = await connect(name, program);
    for (let i = 0; i < 3; i++) {
      const families = await step.scrape();
      expect(states(families)).toEqual([
        ['starting', 1],
        ['running', 0],
        ['stopping', 0],
      ]);
      expect(sumOf(families, 'requests_total')).toBe(0);
      expect(sumOf(families, 'registry_exceptions_total')).toBe(0);
    }
  });
});
