import type { Answer } from './harness/client.ts';
import { firstLines } from './harness/scrape.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NUMBER = /\d/;

/** The beginning of an answer, for a person. */
export function shown({ status, body, headers }: Answer): string {
  const type = headers['content-type'] ?? 'no Content-Type';
  const text = body.replace(/<style>[^]*?<\/style>|<head>[^]*?<\/head>|<[^>]*>/g, ' ');
  return `status ${status}, ${type}\n${firstLines(text, 2).trim()}`.trim();
}

const UNDO =
  'Nothing has to be typed in chapter 01, so something was changed by accident. `make diff STEP=1` shows what; `make begin STEP=1` brings the first program back, after saving yours.';

const frontPage = check({
  name: 'the front page answers',
  hints: {
    'front-page': {
      first: 'Let `GET /` answer 200 with a page.',
      fuller: `The front page is the first thing that a visitor sees. ${UNDO}`,
    },
  },
  async run(session, fail) {
    const answer = await session.send('GET', '/');
    if (answer.status === 200 && /<\w/.test(answer.body)) return;
    throw fail('front-page', { did: 'asked GET /', expected: 'status 200', got: shown(answer) });
  },
});

const treecounter = check({
  name: '/treecounter shows a number, or says 503 when the registry fails',
  hints: {
    'failure-hidden': {
      first: 'When the registry fails, answer 503: a visitor and Prometheus must be able to tell.',
      fuller: `The registry stands for a service on another machine, which fails now and then. \`countTrees\` throws a RegistryError then. An answer of 200 without a number makes a failure look like a success, and no metric can see it any more. Let the error reach the one place that turns it into a 503. ${UNDO}`,
    },
    'failure-is-500': {
      first: 'A failing registry is 503, not 500: the program itself is in order.',
      fuller: `500 says "this program has a fault", 503 "something that I need is not there". Turn a RegistryError into 503, and keep 500 for errors that you did not expect. ${UNDO}`,
    },
    'no-number': {
      first:
        'Let `GET /treecounter` answer 200 with the number of trees when the registry answers.',
      fuller: `The page asks \`registry.countTrees()\`, waits for the number, and shows it. ${UNDO}`,
    },
  },
  async run(session, fail) {
    const { answers, answered, failed } = await session.burst();
    const did = 'asked GET /treecounter 8 times, with a registry that fails half of the time';
    const expected = '200 with a number each time it answers, 503 each time it fails';
    const wrong = answers.find(({ status }) => status >= 500 && status !== 503);
    if (wrong) throw fail('failure-is-500', { did, expected, got: shown(wrong) });
    const blank = answers.find(
      ({ status, body }) => status === 200 && !NUMBER.test(body.replace(/<head>[^]*?<\/head>/, '')),
    );
    if (blank) throw fail('failure-hidden', { did, expected, got: shown(blank) });
    if (answered === 0) throw fail('no-number', { did, expected, got: shown(answers[0]!) });
    if (failed === 0) {
      throw fail('failure-hidden', { did, expected, got: `8 times ${shown(answers[0]!)}` });
    }
  },
});

const plantAndFell = check({
  name: 'planting answers 201, felling 200, and 409 when none stands',
  hints: {
    plant: {
      first: 'Let `POST /plant?species=oak` plant the tree and answer 201.',
      fuller: `201 says that something new is there. ${UNDO}`,
    },
    fell: {
      first: 'Let `POST /fell?species=oak` fell a tree that stands and answer 200.',
      fuller: `\`registry.fell\` says whether a tree stood there. ${UNDO}`,
    },
    'none-stands': {
      first: 'Let `POST /fell` answer 409 when no tree of the species stands.',
      fuller: `\`registry.fell\` gives false when none stands: nothing is felled then, and 409 says so. ${UNDO}`,
    },
  },
  async run(session, fail) {
    const ask = async (path: string, status: number, hint: 'plant' | 'fell' | 'none-stands') => {
      const answer = await session.send('POST', path);
      if (answer.status === status) return;
      throw fail(hint, {
        did: `sent POST ${path}`,
        expected: `status ${status}`,
        got: shown(answer),
      });
    };
    await ask('/plant?species=oak', 201, 'plant');
    await ask('/fell?species=oak', 200, 'fell');
    await ask('/fell?species=oak', 409, 'none-stands');
  },
});

const wrongRequests = check({
  name: 'wrong requests get 400, 404 and 405',
  hints: {
    'unknown-species': {
      first: 'Answer 400 to a species that the program does not know, or to none.',
      fuller: `A visitor can send anything. ${UNDO}`,
    },
    'unknown-path': {
      first: 'Answer 404 to a path that the program does not know.',
      fuller: `Only the paths in \`routes\` exist; every other one is 404. ${UNDO}`,
    },
    'wrong-method': {
      first: 'Answer 405, with the header Allow, to a method that the path does not take.',
      fuller: `The path is there and the method is wrong: 405 says so, and Allow names the right ones. ${UNDO}`,
    },
    head: {
      first: 'Answer HEAD like GET: the same status, without a body.',
      fuller: `Node leaves the body out by itself: let HEAD find the handler of GET. ${UNDO}`,
    },
  },
  async run(session, fail) {
    const ask = async (
      request: readonly [method: string, path: string],
      status: number,
      hint: 'unknown-species' | 'unknown-path' | 'wrong-method' | 'head',
    ) => {
      const answer = await session.send(...request);
      const allows = status !== 405 || answer.headers.allow !== undefined;
      if (answer.status === status && allows) return;
      const did = `sent ${request.join(' ')}`;
      const expected = `status ${status}${status === 405 ? ' and the header Allow' : ''}`;
      throw fail(hint, { did, expected, got: shown(answer) });
    };
    await ask(['POST', '/plant?species=elm'], 400, 'unknown-species');
    await ask(['POST', '/fell'], 400, 'unknown-species');
    await ask(['GET', '/nowhere'], 404, 'unknown-path');
    await ask(['GET', '//'], 404, 'unknown-path');
    await ask(['POST', '/'], 405, 'wrong-method');
    await ask(['GET', '/plant?species=oak'], 405, 'wrong-method');
    await ask(['HEAD', '/'], 200, 'head');
  },
});

export const lesson: LessonChecks = {
  title: 'Bare handler',
  learned: 'The program runs on your machine, and nobody can see how well: it has no metrics yet.',
  checks: [frontPage, treecounter, plantAndFell, wrongRequests],
};
