import { describe, expect, test } from 'vitest';
import { send } from '../support/http.ts';
import { APART, shareStep, STEPS } from '../support/steps.ts';

/** The number that a page of /treecounter shows. */
const shown = (body: string) => Number(/<output[^>]*>(\d+)</.exec(body)?.[1]);

/** Started as learners start them, by tsx; under CI all are. */
const AS_WRITTEN = [STEPS[0], STEPS.at(-1)];

describe.each(STEPS)('%s', (name) => {
  /** Whether visitors get /metrics. */
  const shows = name !== STEPS[0] && !APART.includes(name);
  const asWritten = Boolean(process.env.CI) || AS_WRITTEN.includes(name);
  // An empty variable counts as unset: Compose passes such.
  const step = shareStep(name, { HOST: '', SEED: '' }, { asWritten });

  test('answers each route as it should', async () => {
    const home = await step().send('GET /');
    expect(home.status).toBe(200);
    expect(home.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const species of ['oak', 'beech', 'pine']) {
      expect(home.body).toContain(`action="/plant?species=${species}"`);
      expect(home.body).toContain(`action="/fell?species=${species}"`);
    }
    expect(home.body).toContain('rel="icon" href="data:');
    expect(home.body).not.toMatch(/<script|(?:src|href)="https?:/);

    const before = shown((await step().send('GET /treecounter')).body);
    const planted = await step().send('POST /plant?species=oak');
    expect(planted.status).toBe(201);
    const euros = Number(/(\d+\.\d\d) euros/.exec(planted.body)?.[1]);
    expect(euros).toBeGreaterThan(0);
    expect(euros).toBeLessThanOrEqual(10);
    expect(euros % 1).not.toBe(0);
    expect((await step().send('POST /plant?species=pine')).status).toBe(201);
    expect(shown((await step().send('GET /treecounter?again')).body)).toBe(before + 2);
    expect((await step().send('POST /fell?species=oak')).status).toBe(200);
    expect((await step().send('POST /fell?species=oak')).status).toBe(409);
    expect((await step().send('POST /fell?species=beech')).status).toBe(409);
    expect(shown((await step().send('GET /treecounter')).body)).toBe(before + 1);
  });

  test('refuses what it does not know', async () => {
    const status = async (line: string) => (await step().send(line)).status;
    const before = shown((await step().send('GET /treecounter')).body);
    for (const path of ['/plant', '/fell']) {
      for (const query of [
        '',
        '?',
        '?species=',
        '?species=elm',
        '?species=Oak',
        '?species=oak?x',
      ]) {
        const reply = await step().send(`POST ${path}${query}`);
        expect(reply.status, `${path}${query}`).toBe(400);
        expect(reply.body).toContain('oak, beech, pine');
      }
    }
    for (const path of ['//', '//x/treecounter', '/nope', '/treecounter/', '/constructor', '*']) {
      expect(await status(`GET ${path}`), path).toBe(404);
      expect(await status(`DELETE ${path}`), path).toBe(404);
    }
    for (const line of ['POST /', 'POST /treecounter', 'DELETE /', 'OPTIONS /treecounter']) {
      const { status: code, headers } = await step().send(line);
      expect([line, code, headers.allow]).toEqual([line, 405, 'GET, HEAD']);
    }
    for (const line of ['GET /plant?species=oak', 'HEAD /fell?species=oak', 'PUT /plant']) {
      const { status: code, headers } = await step().send(line);
      expect([line, code, headers.allow]).toEqual([line, 405, 'POST']);
    }
    const evil = await step().send('POST /plant?species=%3Cscript%3Ealert(1)%3C/script%3E');
    expect(evil.body).not.toContain('<script>');
    expect(shown((await step().send('GET /treecounter')).body)).toBe(before);
  });

  test('answers HEAD like GET, without a body', async () => {
    const paths = ['/', '/treecounter', '/nope', ...(shows ? ['/metrics'] : [])];
    for (const path of paths) {
      const get = await step().send(`GET ${path}`);
      const head = await step().send(`HEAD ${path}`);
      expect([path, head.status, head.headers['content-type'], head.body]).toEqual([
        path,
        get.status,
        get.headers['content-type'],
        '',
      ]);
    }
  });

  test('keeps /metrics where it belongs', async () => {
    expect((await step().send('GET /metrics')).status).toBe(shows ? 200 : 404);
    if (name === STEPS[0]) return;
    const metrics = (line: string) => send(step().metricsUrl, line);
    const { status, headers } = await metrics('GET /metrics');
    expect([status, headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await metrics('HEAD /metrics')).toMatchObject({ status: 200, body: '' });
    expect(await metrics('POST /metrics')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    if (APART.includes(name)) {
      expect((await metrics('GET /treecounter')).status).toBe(404);
      expect((await metrics('GET //')).status).toBe(404);
    }
  });
});
