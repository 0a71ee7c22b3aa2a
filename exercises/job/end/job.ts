import { Gauge, Pushgateway, Registry } from 'prom-client';
import { readSettings, RegistryError, SPECIES, takeCensus } from '#forest';

const settings = readSettings({ PUSHGATEWAY_PORT: 9091 });
const registry = new Registry();

const duration = new Gauge({
  name: 'census_duration_seconds',
  help: 'Time that the last census took, in seconds.',
  registers: [registry],
});

// Not registered yet: a gauge that nobody has set shows 0.
const lastSuccess = new Gauge({
  name: 'census_last_success_timestamp_seconds',
  help: 'When a census last succeeded, in seconds since 1970.',
  registers: [],
});

const counted = new Gauge<'species'>({
  name: 'census_trees',
  help: 'Trees that the last successful census found.',
  labelNames: ['species'],
  registers: [registry],
});

const stopTimer = duration.startTimer();
try {
  const trees = await takeCensus(settings);
  for (const species of SPECIES) console.log(`${species}: ${trees[species]}`);
  for (const species of SPECIES) counted.set({ species }, trees[species]);
  lastSuccess.setToCurrentTime();
  registry.registerMetric(lastSuccess);
} catch (error) {
  if (!(error instanceof RegistryError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
stopTimer();

const url = `http://localhost:${settings.PUSHGATEWAY_PORT}`;
const gateway = new Pushgateway(url, { timeout: 5000 }, registry);
try {
  await gateway.pushAdd({ jobName: 'census' });
} catch (error) {
  // The trees are counted all the same.
  console.error(`The Pushgateway at ${url} did not take the metrics:`, error);
}
