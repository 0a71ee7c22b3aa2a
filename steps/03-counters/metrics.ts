import { collectDefaultMetrics, Counter } from 'prom-client';

collectDefaultMetrics();

export const requests = new Counter({
  name: 'requests_total',
  help: 'Requests answered.',
});

export const donatedEuros = new Counter({
  name: 'donated_euros_total',
  help: 'Donations received, in euros.',
});
