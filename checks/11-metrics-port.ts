import { shown } from './01-bare-handler.ts';
import { check, type LessonChecks } from './harness/types.ts';

const metricsPort = check({
  name: '/metrics answers on METRICS_PORT',
  hints: {
    'metrics-port-silent': {
      first: 'Start a second server for the metrics, on METRICS_PORT.',
      fuller:
        'Nothing listens on METRICS_PORT. Read both ports, `readSettings({ PORT: 8000, METRICS_PORT: 8001 })`, and call `await startMetricsServer(settings)` after the program listens. The function makes a server of its own, which answers /metrics and nothing else.',
    },
    'metrics-port-fixed': {
      first:
        'The metrics listen on another port than METRICS_PORT says: take it from the settings.',
      fuller:
        'A number written into the code makes it impossible to run two programs side by side. `readSettings` gives METRICS_PORT as it gives PORT: hand it to `listen`.',
    },
    'metrics-port-path': {
      first: 'Answer GET /metrics on METRICS_PORT with 200 and the text of the registry.',
      fuller:
        'A server listens on METRICS_PORT, and has no metrics at /metrics. prometheus.yaml asks for this path: everything else may be 404 there.',
    },
  },
  async run(session, fail) {
    const answer = await session.sendToMetricsPort('GET', '/metrics');
    const did = `asked GET /metrics on METRICS_PORT (${session.metricsPort})`;
    const expected = 'status 200 and the metrics';
    if (!answer) {
      const other = session.elsewhere();
      throw other
        ? fail('metrics-port-fixed', {
            did,
            expected,
            got: `nobody listens there; it says: ${other}`,
          })
        : fail('metrics-port-silent', { did, expected, got: 'nobody listens there' });
    }
    if (answer.status === 200 && /^# TYPE requests_total /m.test(answer.body)) return;
    throw fail('metrics-port-path', { did, expected, got: shown(answer) });
  },
});

const metricsGone = check({
  name: 'a visitor of PORT gets 404 for /metrics',
  hints: {
    'metrics-still-public': {
      first: 'Take the route /metrics out of the program: visitors get 404 there.',
      fuller:
        'The metrics have a port of their own now, which a firewall can close to the world. As long as the old route answers, every visitor can read your metrics, and each scrape of a stranger costs you time.',
    },
  },
  async run(session, fail) {
    const answer = await session.send('GET', '/metrics');
    if (answer.status === 404) return;
    throw fail('metrics-still-public', {
      did: 'asked GET /metrics on PORT',
      expected: 'status 404',
      got: shown(answer),
    });
  },
});

const metricsAlone = check({
  name: 'METRICS_PORT serves /metrics alone',
  hints: {
    'pages-on-metrics-port': {
      first: 'Give the metrics a handler of their own: the pages do not belong on METRICS_PORT.',
      fuller:
        'The page of the program answers on METRICS_PORT as well: both servers have the same handler. Then nothing is gained by two ports, and visits there are perhaps not even counted. Let every path but /metrics be 404.',
    },
  },
  async run(session, fail) {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/treecounter'],
      ['POST', '/plant?species=oak'],
    ] as const) {
      const answer = await session.sendToMetricsPort(method, path);
      if (answer && answer.status >= 400) continue;
      throw fail('pages-on-metrics-port', {
        did: `sent ${method} ${path} to METRICS_PORT`,
        expected: 'status 404',
        got: answer ? shown(answer) : 'no answer',
      });
    }
  },
});

export const lesson: LessonChecks = {
  title: 'Metrics port',
  followedBy: 'Alerts',
  learned:
    'Metrics can have a port of their own, which visitors never see and any program can open.',
  checks: [metricsPort, metricsGone, metricsAlone],
};
