import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Counter, Registry, type OpenMetricsContentType } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../checks/harness/program.ts';
import type { Look } from '../../workshop/metrics/look.ts';
import { metricsUrls, scrape, ScrapeError } from '../../workshop/metrics/scrape.ts';
import { view } from '../../workshop/metrics/view.ts';
import { describeMetrics } from '../../workshop/terminal/metrics.ts';
import { runCommand, startCommand } from '../support/cli.ts';
import { runStep, shareStep } from '../support/steps.ts';
import { repository } from '../support/workspace.ts';
import { needsPosix } from '../support/posix.ts';

const plain = (_: unknown, text: string) => text;

/** What a person gets to read at the first look. */
const shown = async (url: string, name = '', labels: Record<string, string> = {}) =>
  describeMetrics(await view([url], name, undefined, labels), plain);

/** A program that answers as no step does. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/metrics`;
}

const exposing = (text: () => string) =>
  serve((_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(text());
  });

/** Looks at one metric again and again, each look compared with the one before. */
function looker(url: string, name = '') {
  let before: Look | undefined;
  return async (again = name) => {
    const seen = await view([url], again, before);
    before = seen.look;
    return describeMetrics(seen, plain);
  };
}

describe('the metrics of a step', () => {
  const step = shareStep('08-summaries');

  test('are its own, each with type and help, aligned', async () => {
    const text = await shown(step().metricsUrl);
    expect(text).toContain(`requests_total (counter, 12 series): Requests answered.
  requests_total{method="GET",endpoint="/",status="200"}             `);
    expect(text).toMatch(/^ {2}trees_standing\{species="oak"\} {4}0$/m);
    expect(text).not.toMatch(/^(nodejs|process)_/m);
    expect(text).toMatch(/Not shown: \d+ default metrics .* process_$/);
  });

  test('are default metrics only if they are asked for', async () => {
    const text = await shown(step().metricsUrl, 'process_');
    expect(text).toMatch(/^process_cpu_seconds_total \(counter\)/m);
    expect(text).not.toMatch(/^requests_total/m);
    const requests = await shown(step().metricsUrl, 'Requests');
    expect(requests).toMatch(/^requests_total/m);
    expect(requests).not.toMatch(/^nodejs_active_requests/m);
  });

  test('can be the series of one name', async () => {
    const text = await shown(step().metricsUrl, 'duration_seconds_count');
    expect(text).toContain('request_duration_seconds_count{');
    expect(text).not.toContain('_bucket');
  });

  test('are those with some labels, if they are asked for', async () => {
    const url = step().metricsUrl;
    const status = await shown(url, '', { status: '503' });
    expect(status.split('\n').slice(2)).toEqual([
      'requests_total (counter): Requests answered.',
      expect.stringMatching(/^ {2}requests_total\{.*status="503"\} {2}\d+$/),
    ]);
    const two = await shown(url, 'requests', { endpoint: '/', status: '200' });
    expect(two.match(/^ {2}requests/gm)).toHaveLength(1);
    // Some shells on Windows make a path of their own of what begins with a slash.
    expect(await shown(url, 'requests_total', { endpoint: 'fell' })).toContain(
      'requests_total (counter, 4 series)',
    );
  });

  test('that no label fits are told of', async () => {
    const url = step().metricsUrl;
    await expect(shown(url, '', { nam: 'x' })).rejects.toThrow(
      /^No series has a label nam: did you mean NAME\? The labels are: endpoint, .*\n.* metrics$/,
    );
    await expect(shown(url, 'trees', { species: 'elm' })).rejects.toThrow(
      /^No series has species="elm"\. There are:\n {2}species: "oak", .*\n.* metrics -- trees$/,
    );
  });

  test('that no name fits are listed', async () => {
    const looked = shown(step().metricsUrl, 'foo');
    await expect(looked).rejects.toThrow(/"foo"[^]*\n {2}requests_total\n/);
  });
});

test('a view is data: each sample knows what was seen of it', async () => {
  let text = '# TYPE g gauge\ng{a="1"} 1\n';
  const url = await exposing(() => text);
  const { look, since } = await view([url], '', undefined);
  expect(since).toBeUndefined();
  text = '# TYPE g gauge\ng{a="1"} 3\ng{a="2"} 4\nnodejs_x 1\n';
  const { look: next, ...seen } = await view([url], '', look);
  expect(next.at).toBeGreaterThanOrEqual(look.at);
  expect(seen).toMatchObject({ url, name: '', hidden: 1, since: look.at, isSame: true });
  expect(JSON.parse(JSON.stringify(seen.families))).toMatchObject([
    {
      name: 'g',
      samples: [
        { value: 3, seen: 1 },
        { value: 4, seen: 'absent' },
      ],
    },
  ]);
});

test('what changed since the last look is marked, and only that', async () => {
  const step = await runStep('05-gauges');
  const look = looker(step.metricsUrl, 't');
  expect(await look()).not.toMatch(/ {2}\+/);
  await step.send('POST /plant?species=oak');
  const text = await look();
  expect(text).toMatch(/^ {2}trees_standing\{species="oak"\} +1 {2}\+1$/m);
  expect(text).toMatch(/^ {2}trees_standing\{species="pine"\} +0$/m);
  expect(text).toMatch(/endpoint="\/plant",status="201"\} +1 {2}\+1$/m);
  expect(text).toMatch(/^ {2}donated_euros_total {2}([\d.]+) {2}\+\1$/m);
  expect(await look('trees')).not.toContain('+1');
  await step.send('POST /fell?species=oak');
  expect(await look('trees')).toMatch(/^ {2}trees_standing\{species="oak"\} +0 {2}-1$/m);
});

test('a look at some metrics keeps what was seen of the others', async () => {
  const step = await runStep('05-gauges');
  const look = looker(step.metricsUrl);
  await look();
  await step.send('POST /plant?species=oak');
  await look('trees_standing');
  expect(await look()).toMatch(/endpoint="\/plant",status="201"\} +1 {2}\+1$/m);
});

test('after a restart nothing is marked, and it says so', async () => {
  const first = await runStep('05-gauges');
  await first.send('POST /plant?species=oak');
  const before = await view([first.metricsUrl], '', undefined);
  await first.program.stop();
  const port = new URL(first.metricsUrl).port;
  await runStep('05-gauges', { PORT: port });
  const after = await view([first.metricsUrl], '', before.look);
  expect(after.isSame).toBe(false);
  const text = describeMetrics(after, plain);
  expect(text).toMatch(/the program has restarted since .*, so there is nothing to compare with\./);
  expect(text).not.toMatch(/ {2}-1$/m);
});

test('a counter that falls tells of a restart without a time of start', async () => {
  let value = 5;
  const url = await exposing(() => `# TYPE a_total counter\na_total ${value}\n`);
  const look = looker(url);
  await look();
  value = 2;
  expect(await look()).toContain('restarted');
});

test('new series, NaN and values that are fractions are readable', async () => {
  let text = '# TYPE g gauge\ng{a="1"} NaN\ng{a="2"} 0.1\n';
  const url = await exposing(() => text);
  const look = looker(url);
  await look();
  text = '# TYPE g gauge\ng{a="1"} 4\ng{a="2"} 0.30000000000000004\ng{a="\\\\\\n"} 12.5\n';
  expect(await look()).toContain(`g (gauge, 3 series)
  g{a="1"}      4    was NaN
  g{a="2"}      0.3  +0.2
  g{a="\\\\\\n"}  12.5  new`);
});

describe('a histogram', () => {
  const series = (labels: string, [one, five, all]: readonly [number, number, number]) => {
    const more = labels && `,${labels}`;
    return `h_seconds_bucket{le="0.1"${more}} ${one}
h_seconds_bucket{le="0.25"${more}} ${five}
h_seconds_bucket{le="10"${more}} ${five}
h_seconds_bucket{le="+Inf"${more}} ${all}
h_seconds_sum{${labels}} ${all / 8}
h_seconds_count{${labels}} ${all}
`;
  };
  const head = '# HELP h_seconds Time.\n# TYPE h_seconds histogram\n';

  test('has bars for each set of labels, with what came since the last look', async () => {
    let text = head + series('page="/"', [1, 5, 5]) + series('page="/idle"', [0, 0, 0]);
    const url = await exposing(() => text);
    const look = looker(url);
    await look();
    text = head + series('page="/"', [1, 81, 82]) + series('page="/idle"', [0, 0, 0]);
    expect((await look()).split('\n\n')[1]).toBe(
      `h_seconds (histogram, 12 series): Time.
  {page="/"}  count 82 (+77), sum 10.25 (+9.625)
      up to 0.1    1  #
     0.1 to 0.25  80  ########################################  +76
    0.25 to 10     0
      10 to +Inf   1  #  +1
  {page="/idle"}  count 0
  On /metrics each bucket counts all up to its limit: le="0.25" is 81.`,
    );
  });

  test('without labels, in one range alone', async () => {
    const text = await shown(await exposing(() => head + series('', [7, 7, 7])));
    expect(text.split('\n\n')[1]).toBe(
      `h_seconds (histogram, 6 series): Time.
  count 7, sum 0.875
      up to 0.1   7  ########################################
     0.1 to 0.25  0
    0.25 to 10    0
      10 to +Inf  0
  On /metrics each bucket counts all up to its limit: le="0.25" is 7.`,
    );
  });

  test('is a list of series where parts of it are asked for', async () => {
    const url = await exposing(() => head + series('page="/"', [1, 5, 5]));
    const buckets = await shown(url, 'h_seconds_bucket');
    expect(buckets).toContain('  h_seconds_bucket{le="10",page="/"}    5\n');
    expect(buckets).not.toContain('#');
    expect(await shown(url, '', { le: '10' })).toContain('{le="10",page="/"}  5');
  });
});

test('OpenMetrics is shown as the text format is', async () => {
  const register = new Registry<OpenMetricsContentType>();
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const visits = new Counter({ name: 'visits_total', help: 'Visits.', registers: [register] });
  const url = await serve((_, response) => {
    response.setHeader('Content-Type', register.contentType);
    void register.metrics().then((text) => response.end(text));
  });
  const look = looker(url);
  expect(await look()).toMatch(/^visits_total \(counter\): Visits\.\n {2}visits_total {2}0$/m);
  visits.inc(2);
  expect(await look()).toMatch(/^ {2}visits_total {2}2 {2}\+2$/m);
});

test('a label without bounds does not fill the screen', async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `r_total{path="/${i}"} 1\n`).join('');
  const url = await exposing(() => `# TYPE r_total counter\n${lines}`);
  const text = await shown(url);
  expect(text).toContain('r_total (counter, 5,000 series)');
  expect(text).toMatch(/… and 4,880 more\. All: .*r_total/);
  expect(text.split('\n').length).toBeLessThan(140);
  expect(await shown(url, 'r_total')).toContain('"/4999"');
});

test('step 02 has no metric of its own yet', async () => {
  const step = await runStep('02-expose-metrics');
  const text = await shown(step.metricsUrl);
  expect(text).toContain('no metric of its own yet');
});

describe('what cannot be shown says what to type', () => {
  const refused = async (url: string, patienceMs?: number) =>
    scrape([url], patienceMs).then(
      () => 'shown',
      (error: unknown) => {
        if (!(error instanceof ScrapeError)) throw error;
        return error.message;
      },
    );

  test('nobody answers', async () => {
    const step = await runStep('02-expose-metrics');
    await step.program.stop();
    expect(await refused(step.metricsUrl)).toMatch(/^No program answers on port \d+.* dev$/);
  });

  test('a program without metrics', async () => {
    const step = await runStep('01-bare-handler');
    expect(await refused(step.metricsUrl)).toMatch(/404.*Chapter 2/);
  });

  test('another status', async () => {
    const url = await serve((_, response) => response.writeHead(500).end());
    expect(await refused(url)).toContain('answers 500');
  });

  test.each([
    ['text/html; charset=utf-8', 'with Content-Type text/html'],
    ['application/json', 'with Content-Type application/json'],
    ['', 'without Content-Type'],
  ])('the content type %j', async (type, complaint) => {
    const url = await serve((_, response) => {
      if (type) response.setHeader('Content-Type', type);
      response.end('a_total 1\n');
    });
    expect(await refused(url)).toMatch(new RegExp(`${complaint}.*register\\.contentType`));
  });

  test('a program that does not answer in time', async () => {
    const url = await serve(() => undefined);
    expect(await refused(url, 100)).toMatch(/has not answered for 0\.1 s.*loop/);
  });

  test('an answer that breaks off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': '99' }).write('a');
      setImmediate(() => response.destroy());
    });
    expect(await refused(url)).toContain('breaks off its answer');
  });

  // As Docker does for a program that has ended in its container: in Node 20, fetch hangs on it.
  test('a connection that is cut at once', async () => {
    const server = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const PORT = (server.address() as AddressInfo).port;
    const { code, stderr } = await runCommand(['metrics', '--port', `${PORT}`]);
    expect(stderr).toMatch(/breaks off its answer .*See what the program printed/);
    expect(code).toBe(1);
  });

  test('a text that cannot be right is shown as it came', async () => {
    const bucket = 'h_bucket{le="Infinity"} 0';
    const url = await exposing(() => `# TYPE h histogram\n${bucket}\nnodejs_x 1\n`);
    await expect(refused(url)).resolves.toBe('shown');
    await expect(shown(url)).rejects.toThrow(
      new RegExp(`^ {2}# TYPE h histogram
> ${bucket}

${url} says what cannot be right\\. A bucket of h has le="Infinity"\\.
 {2}${bucket}
Fix it, then type again: .* metrics$`),
    );
  });
});

test('the program is looked for where the settings say, or else on its usual ports', () => {
  const urls = (PORT?: number, METRICS_PORT?: number, HOST = '') =>
    metricsUrls({ PORT, METRICS_PORT, HOST, PORT_8000: 18000, PORT_8001: 8001 });
  expect(urls()).toEqual(['http://localhost:8001/metrics', 'http://localhost:18000/metrics']);
  expect(urls(8002)).toEqual(['http://localhost:8002/metrics']);
  expect(urls(8002, 8003)[0]).toBe('http://localhost:8003/metrics');
  expect(urls(8002, undefined, '192.168.1.5')).toEqual(['http://192.168.1.5:8002/metrics']);
});

describe('on the command line', () => {
  test('a second look marks what the first has not seen', async () => {
    const root = await repository();
    const step = await runStep('05-gauges');
    const env = { PORT: new URL(step.metricsUrl).port, METRICS_PORT: '', HOST: '' };
    const first = startCommand(['metrics'], env, [], root);
    await step.send('POST /plant?species=oak');
    expect((await first.ended).stdout).toMatch(/, with what has changed since .*, a second ago:\n/);
    expect(first.code).toBe(0);
    await step.send('POST /plant?species=oak');
    const second = await runCommand(['metrics', '--species', 'oak'], env, [], root);
    expect(second.stdout).toMatch(/oak"\} +2 {2}\+1\n/);
    expect(second.stdout).not.toContain('\x1b');
    await step.program.stop();
    const third = await runCommand(['metrics'], env, [], root);
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/^No program answers .*npm run dev\n$/);
  });

  test('WATCH=1 shows what changes, and ends on Ctrl-C', async (context) => {
    needsPosix(context, 'signals');
    const root = await repository();
    const step = await runStep('05-gauges');
    const env = { PORT: new URL(step.metricsUrl).port, METRICS_PORT: '', HOST: '', WATCH: '1' };
    const watching = startCommand(['metrics', '--name', 'trees'], env, [], root);
    expect(await until(() => watching.stdout.includes('trees_standing'), 30_000)).toBe(true);
    await step.send('POST /plant?species=oak');
    expect(await until(() => /oak"\} +1 {2}\+1\n/.test(watching.stdout), 30_000)).toBe(true);
    await step.program.stop();
    expect(await until(() => watching.stdout.includes('No program answers'), 30_000)).toBe(true);
    watching.child.kill('SIGINT');
    expect((await watching.ended).code).toBe(0);
  });
});
