import { beforeEach, expect, test } from 'vitest';
import { until } from '../checks/harness/program.ts';
import { startStep } from './program.ts';
import { needsPrometheus, startPrometheus } from './prometheus.ts';

beforeEach(needsPrometheus);

test("a learner's own job is picked up, a broken one is refused with its line", async () => {
  const first = await startStep(2);
  const second = await startStep(2);
  const prometheus = await startPrometheus(first.target);
  const jobsUp = async () => (await prometheus.query('up == 1')).map(({ labels }) => labels.job);
  const taken = () => prometheus.query('prometheus_config_last_reload_successful');
  const reload = () => fetch(`${prometheus.url}/-/reload`, { method: 'POST' });
  try {
    expect(await until(async () => (await jobsUp()).includes('app'), 30_000)).toBe(true);

    const good = `${prometheus.config}
  - job_name: mine
    static_configs:
      - targets: ['${second.target}']
`;
    prometheus.save(good);
    expect(await until(async () => (await jobsUp()).includes('mine'), 30_000)).toBe(true);

    const broken = good.replace('job_name: mine', 'jobname: mine');
    const line = broken.split('\n').findIndex((text) => text.includes('jobname: mine')) + 1;
    prometheus.save(broken);
    // By itself: nobody asks it to reload.
    const refused = () => prometheus.log.includes(`line ${line}: field jobname not found`);
    expect(await until(refused, 30_000), prometheus.log).toBe(true);
    const response = await reload();
    expect(response.status).toBe(500);
    expect(await response.text()).toContain(`line ${line}: field jobname not found`);
    const told = async () => (await taken())[0]?.value === 0;
    expect(await until(told, 30_000)).toBe(true);
    expect((await jobsUp()).toSorted()).toEqual(['app', 'mine', 'prometheus']);

    // What it has already is no change to it: it tells of success when it is asked to reload.
    prometheus.save(good);
    expect((await reload()).status).toBe(200);
    const fixed = async () => (await taken())[0]?.value === 1;
    expect(await until(fixed, 30_000)).toBe(true);

    prometheus.save(prometheus.config);
    // Its targets, not `up`: the series of a job that is gone stay for five minutes.
    const gone = async () =>
      (await prometheus.targets()).every(({ labels }) => labels.job !== 'mine');
    expect(await until(gone, 30_000)).toBe(true);
    // The text says so: nobody marks the series of a whole job that is gone.
    expect(await prometheus.query('up{job="mine"} == 1')).toHaveLength(1);
  } finally {
    await Promise.all([prometheus.stop(), first.process.stop(), second.process.stop()]);
  }
});
