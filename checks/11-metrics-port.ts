import { shown } from './01-bare-handler.ts';
import type { Answer } from './harness/client.ts';
import { changeOf } from './harness/scrape.ts';
import type { Session } from './harness/session.ts';
import { check, type LessonChecks } from './harness/types.ts';

const isMetrics = (answer: Answer | undefined) =>
  answer?.status === 200 && /^# TYPE /m.test(answer.body);

/**
 * What a learner has half-way through the chapter, of which the checks of chapters 01 and 02 would
 * say that it lacks the pages or the metrics.
 */
const halfWay = check({
  name: 'the pages and the metrics can both be reached',
  opens: true,
  hints: {
    'ports-swapped': {
      first: 'Swap the ports: the pages belong on PORT, and the metrics on METRICS_PORT.',
      fuller:
        'The server of the pages listens on METRICS_PORT, and that of the metrics on PORT. `listen(server, settings, "PORT")` stands in server.ts, `listen(server, settings, "METRICS_PORT", …)` in metrics-server.ts. Prometheus goes on asking 8001, so that this is the port of the metrics.',
    },
    'metrics-not-moved': {
      first:
        'Move the metrics first: start the server on METRICS_PORT, and take the route /metrics out.',
      fuller:
        'Scrapes of PORT are counted as visits, as they are at the end of chapter 11. But the metrics still answer there, and not on METRICS_PORT, so that Prometheus is a visitor now. Call `await startMetricsServer(settings)` right after `listen`; then the route /metrics, its handler and the import of `register` go. The exception for scrapes goes last.',
    },
    'metrics-still-public': {
      first: 'Take the route /metrics out of the pages: visitors of PORT get 404 there.',
      fuller:
        'The metrics answer on METRICS_PORT, as they should, and /metrics on PORT is no 404 yet. As long as the old route shows them, every visitor can read your metrics, and each scrape of a stranger costs you time. The import of `register`, the route, its handler and `serve` go.',
    },
    'metrics-nowhere': {
      first:
        'Nobody listens on METRICS_PORT: call `await startMetricsServer(settings)` right after `listen`.',
      fuller:
        'The route /metrics is gone, and no second server has taken its place; or it listens on a number of its own and does not say so. Write `readSettings({ PORT: 8000, METRICS_PORT: 8001 })`, and call `await startMetricsServer(settings)` after the program listens and before `await registry.ready()`. If you have not come to chapter 11 yet, `make check` without STEP says where to go on.',
    },
    'metrics-elsewhere': {
      first: 'The metrics have another port than METRICS_PORT: `readSettings` must name it, too.',
      fuller:
        'Nobody listens on the port that METRICS_PORT names, and the program says that it listens on another one. Either a number is written into the code, or `readSettings` was not asked: `readSettings({ PORT: 8000, METRICS_PORT: 8001 })`. A port that is `undefined` means "any that is free".',
    },
    'metrics-wrong-path': {
      first: 'The server on METRICS_PORT has no /metrics: let it answer there, at this very path.',
      fuller:
        'A server listens on METRICS_PORT, and what it answers at /metrics is not the text of the metrics. Prometheus asks /metrics, because prometheus.yaml says nothing else. Compare with metrics-server.ts: `make take STEP=11` brings it.',
    },
    'metrics-port-empty': {
      first:
        'METRICS_PORT answers without your metrics: let it serve the registry that holds them.',
      fuller:
        'A server listens on METRICS_PORT and answers /metrics with success, and the metrics of the program are not in it. Perhaps it shows a registry of its own: metrics are in the global `register`, unless they are told otherwise. Compare with metrics-server.ts: `make take STEP=11` brings it.',
    },
    'metrics-same-handler': {
      first: 'Give the metrics a server of their own: METRICS_PORT answers with the pages.',
      fuller:
        'What listens on METRICS_PORT has the handler of the pages, which knows no /metrics any more. The second server has one path only, `/metrics`, and gets its text from `register.metrics()`: metrics-server.ts shows it.',
    },
    'metrics-port-fails': {
      first: 'The server on METRICS_PORT fails to answer /metrics: what does the program print?',
      fuller:
        'A server listens on METRICS_PORT and answers /metrics with an error of its own. Look at what the program prints, or print the error where it is caught. `await` before `register.metrics()` is the first suspect.',
    },
  },
  async run(session, fail) {
    const answer = await session.send('GET', '/metrics');
    const there = await session.sendToMetricsPort('GET', '/metrics');
    const did = `asked GET /metrics on PORT (${session.port}) and on METRICS_PORT (${session.metricsPort})`;
    const expected = 'the metrics on METRICS_PORT';
    const fails = (hint: Parameters<typeof fail>[0], what: string) =>
      fail(hint, { did, expected, got: `on PORT ${shown(answer)}\non METRICS_PORT ${what}` });
    if (there && isMetrics(there)) {
      if (answer.status === 404) return;
      throw fails('metrics-still-public', shown(there));
    }
    if (isMetrics(answer)) {
      const pages = await session.send('GET', '/');
      const pagesThere = await session.sendToMetricsPort('GET', '/');
      if (pages.status === 200 || pagesThere?.status !== 200) {
        if (await countsScrapes(session)) {
          throw fails('metrics-not-moved', there ? shown(there) : 'nobody');
        }
        return;
      }
      throw fails('ports-swapped', `the pages: GET / gives ${shown(pagesThere)}`);
    }
    if (!there) {
      const other = session.elsewhere();
      if (other) throw fails('metrics-elsewhere', `nobody; the program says: ${other}`);
      throw fails('metrics-nowhere', 'nobody');
    }
    if (there.status >= 500) throw fails('metrics-port-fails', shown(there));
    const isText = there.headers['content-type']?.startsWith('text/plain');
    if (there.status === 200 && isText)
      throw fails('metrics-port-empty', `${shown(there)}\nnone of your metrics`);
    const pagesThere = await session.sendToMetricsPort('GET', '/');
    const same = pagesThere?.status === 200 && !isMetrics(pagesThere);
    throw fails(
      same ? 'metrics-same-handler' : 'metrics-wrong-path',
      `${shown(there)}${pagesThere ? `\nand at / ${shown(pagesThere)}` : ''}`,
    );
  },
});

/** Whether a scrape of PORT is counted as a visit. */
async function countsScrapes(session: Session): Promise<boolean> {
  const before = await session.scrape();
  return changeOf(before, await session.scrape(), 'requests_total') > 0;
}

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
  name: 'a visitor of PORT gets 404 for /metrics, and is counted',
  hints: {
    'scrape-exception-left': {
      first: 'Take the exception for scrapes out: whoever asks PORT for /metrics is a visitor now.',
      fuller:
        'The path /metrics on PORT is a path like any other that is not there: 404, endpoint="unmatched". The line that leaves it out of what is measured (`if (visit.path === "/metrics")` in `serve`) has nothing to do any more, and hides those who try.',
    },
  },
  async run(session, fail) {
    const did = 'asked GET /metrics on PORT';
    const at = { method: 'GET', endpoint: 'unmatched' };
    const names = ['requests_total', 'request_duration_seconds', 'request_processing_seconds'];
    const { right, expected, got } = await session.expectMoves(
      () => session.send('GET', '/metrics'),
      names.map((name, index) => ({
        name: index === 0 ? name : `${name}_count`,
        labels: { ...at, ...(index === 0 && { status: '404' }) },
        by: 1,
      })),
      names,
    );
    if (!right) throw fail('scrape-exception-left', { did, expected, got });
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

/** Addresses that stand for all of a machine's. */
const EVERYWHERE = ['0.0.0.0', '::'];

const metricsHost = check({
  name: 'METRICS_PORT is open where HOST says, and nowhere else',
  hints: {
    'metrics-open-to-all': {
      first: 'Hand HOST to `listen`, too: the metrics are open to the whole network now.',
      fuller:
        'HOST says 127.0.0.1, this machine alone, and the server of the metrics listens on every address, so that anybody in the room can read them. That is what `listen` of node:http does without a host. `listen(server, settings, "METRICS_PORT", …)` of #forest takes HOST from the settings.',
    },
  },
  async run(session, fail) {
    const host = await session.hostOf(session.metricsPort);
    if (host === undefined || !EVERYWHERE.includes(host)) return;
    throw fail('metrics-open-to-all', {
      did: `looked where the program listens on METRICS_PORT (${session.metricsPort})`,
      expected: '127.0.0.1, as HOST says',
      got: `${host}: every address of this machine`,
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Metrics port',
  followedBy: 'Your own metrics',
  learned:
    'Metrics can have a port of their own, which visitors never see and any program can open.',
  checks: [halfWay, metricsPort, metricsGone, metricsAlone, metricsHost],
};
