import type { Answer } from './harness/client.ts';
import { firstLines } from './harness/scrape.ts';
import { check, type LessonChecks } from './harness/types.ts';

const NUMBER = /\d/;
/** So many trees stand while /treecounter is asked: no number that a page shows anyhow. */
const TREES = 7;

/** A page without its head and its tags. */
function textOf(body: string): string {
  return body.replace(/<style>[^]*?<\/style>|<head>[^]*?<\/head>|<[^>]*>/g, ' ');
}

/** The beginning of an answer, for a person. */
export function shown({ status, body, headers }: Answer): string {
  const type = headers['content-type'] ?? 'no Content-Type';
  return `status ${status}, ${type}\n${firstLines(textOf(body), 2).trim()}`.trim();
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
      fuller: `The registry stands for a service on another machine, which fails now and then. \`countTrees\` throws a RegistryError then. An answer of 200 without a number makes a failure look like a success, and so does asking without end; no metric can see it any more. Let the error reach the one place that turns it into a 503. ${UNDO}`,
    },
    'failure-is-500': {
      first: 'Answer 503 when the registry fails, not 500: that stands for a fault of the program.',
      fuller: `500 says "this program has a fault", 503 "something that I need is not there". Turn a RegistryError into 503, and keep 500 for errors that you did not expect. ${UNDO}`,
    },
    'visit-fails': {
      first: 'The handler of /treecounter throws an error of its own: find it, and fix it.',
      fuller: `A failing registry is answered with 503, as it should be; this answer is another one. An error that is no RegistryError was thrown on the way, in the handler or in what is around it. If nothing is printed, print it where it is caught: \`console.error(error)\`. ${UNDO}`,
    },
    'no-number': {
      first:
        'Let `GET /treecounter` answer 200 with the number of trees when the registry answers.',
      fuller: `The page asks \`registry.countTrees()\`, waits for the number, and shows it. ${UNDO}`,
    },
    'number-wrong': {
      first: 'Show the number that `await registry.countTrees()` gives: so many trees stand.',
      fuller: `Trees were planted first, and the page shows another number. It must be the one that the registry has just given, for this very visit. ${UNDO}`,
    },
  },
  async run(session, fail) {
    // None may stand when other checks begin, and what does not plant is for another check to say.
    const move = async (path: string, status: number) => {
      const answers = await Promise.all(
        Array.from({ length: TREES }, () => session.send('POST', `${path}?species=pine`)),
      );
      return answers.every((answer) => answer.status === status);
    };
    const stand = await move('/plant', 201);
    const { answers, answered, failed } = await session.burst();
    await move('/fell', 200);

    const did = 'asked GET /treecounter 8 times, with a registry that fails half of the time';
    const expected = '200 with a number each time it answers, 503 each time it fails';
    const wrong = answers.find(({ status }) => status >= 500 && status !== 503);
    if (wrong) {
      // Where the registry always fails, it is its failure that is answered.
      const other = await session.sendWithoutRegistry('GET', '/treecounter');
      const isFailure = other?.status === wrong.status && answered > 0;
      const hint = isFailure ? 'failure-is-500' : 'visit-fails';
      throw fail(hint, { did, expected, got: shown(wrong) });
    }
    const blank = answers.find(({ status, body }) => status === 200 && !NUMBER.test(textOf(body)));
    if (blank) throw fail('failure-hidden', { did, expected, got: shown(blank) });
    if (answered === 0) throw fail('no-number', { did, expected, got: shown(answers[0]!) });
    const shows = ({ body }: Answer) => textOf(body).match(/\d+/g)?.includes(`${TREES}`);
    const other = answers.find((answer) => answer.status === 200 && !shows(answer));
    if (stand && other) {
      throw fail('number-wrong', {
        did: `planted ${TREES} pines, and asked GET /treecounter`,
        expected: `status 200 with the number ${TREES}`,
        got: shown(other),
      });
    }
    if (failed > 0) return;
    // Whoever asks the registry again can be lucky eight times: where it always fails, nobody is.
    const answer = await session.sendWithoutRegistry('GET', '/treecounter');
    if (answer?.status === 503) return;
    throw fail('failure-hidden', {
      did: 'asked GET /treecounter, with a registry that fails each time',
      expected: 'status 503',
      got: answer ? shown(answer) : 'no answer, until patience ended',
    });
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
    'planted-twice': {
      first: 'Plant one tree for each request: after one planting, two can be felled.',
      fuller:
        '`registry.plant(species)` plants a tree each time it is called, and returns its donation. Call it once, keep what it returns in a `const`, and use that wherever the donation is needed.',
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
    const { status } = await session.send('POST', '/fell?species=oak');
    if (status === 409) return;
    // With more than one planted, it is the next that finds none.
    const next = await session.send('POST', '/fell?species=oak');
    if (status === 200 && next.status === 409) {
      throw fail('planted-twice', {
        did: 'sent POST /plant?species=oak once, and POST /fell?species=oak twice',
        expected: 'status 409 the second time',
        got: 'status 200 both times, and 409 the third time',
      });
    }
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
    'unreadable-path': {
      first: 'Answer 404 to a path that cannot be read, such as /%: `decodeURIComponent` throws.',
      fuller: `A visitor can send anything, and "%" without a number after it is no text in a path. \`decodeURIComponent\` throws a URIError for it, which ends the program or becomes a 500. Leave the path as it comes, as \`visit.path\` has it. ${UNDO}`,
    },
    'any-case': {
      first: 'Take paths letter for letter: /PLANT is no page, and gets 404.',
      fuller: `To HTTP, /PLANT and /plant are two paths. A program that takes both answers at more addresses than its metrics name, and whoever compares them misses visits. Leave out what makes small letters of the path. ${UNDO}`,
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
    const unreadable = await session.send('GET', '/%');
    if (unreadable.status < 400 || unreadable.status >= 500) {
      const finding = { did: 'sent GET /%', expected: 'status 404', got: shown(unreadable) };
      throw fail('unreadable-path', finding);
    }
    // A router that forgives the case and a slash at the end alike was made so; one that forgives the
    // case alone was told to.
    const capitals = await session.send('POST', '/PLANT?species=elm');
    if (capitals.status !== 404) {
      const slash = await session.send('POST', '/plant/?species=elm');
      const finding = {
        did: 'sent POST /PLANT?species=elm',
        expected: 'status 404',
        got: shown(capitals),
      };
      if (slash.status === 404) throw fail('any-case', finding);
    }
    await ask(['POST', '/'], 405, 'wrong-method');
    await ask(['GET', '/plant?species=oak'], 405, 'wrong-method');
    await ask(['HEAD', '/'], 200, 'head');
  },
});

const ownHost = check({
  name: 'it listens on HOST alone',
  hints: {
    'host-ignored': {
      first: 'Listen on HOST alone, which is 127.0.0.1 here: `listen(PORT, HOST)`.',
      fuller: `The address decides who reaches the program. Without one, Node listens on all of them, and everybody in the room can open your pages. Hand over what \`readSettings\` gives as HOST, as \`listen(server, settings, 'PORT')\` does. ${UNDO}`,
    },
  },
  async run(session, fail) {
    const host = await session.hostOf(session.port);
    if (host === undefined || host === '127.0.0.1') return;
    throw fail('host-ignored', {
      did: 'started the program without HOST, which is 127.0.0.1 then',
      expected: `it listens on 127.0.0.1, port ${session.port}`,
      got: `it listens on ${host}, port ${session.port}`,
    });
  },
});

export const lesson: LessonChecks = {
  title: 'Bare handler',
  learned: 'The program runs on your machine, and nobody can see how well: it has no metrics yet.',
  checks: [ownHost, frontPage, plantAndFell, treecounter, wrongRequests],
};
