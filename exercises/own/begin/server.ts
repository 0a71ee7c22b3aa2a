import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { register } from 'prom-client';
import {
  countPage,
  createRegistry,
  createReservations,
  errorPage,
  felledPage,
  homePage,
  isSpecies,
  listen,
  plantedPage,
  readSettings,
  readVisit,
  RegistryError,
  reservedPage,
  SPECIES,
  type Species,
  type Visit,
} from '#forest';
import {
  donatedEuros,
  methodLabel,
  requestDuration,
  requests,
  requestsInProgress,
  treesStanding,
} from './metrics.ts';

interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body: string;
}

type Handler = (query: URLSearchParams) => Answer | Promise<Answer>;

const settings = readSettings({ PORT: 8001 });
const registry = createRegistry(settings);
const reservations = createReservations(settings);

const routes = new Map<string, Record<string, Handler>>([
  ['/', { GET: home }],
  ['/treecounter', { GET: treecounter }],
  ['/plant', { POST: plant }],
  ['/fell', { POST: fell }],
  ['/reserve', { POST: reserve }],
  ['/confirm', { POST: confirm }],
  ['/metrics', { GET: metrics }],
]);

function home(): Answer {
  return { status: 200, body: homePage(reservations) };
}

async function treecounter(): Promise<Answer> {
  const trees = await registry.countTrees();
  return { status: 200, body: countPage(trees) };
}

function plant(query: URLSearchParams): Answer {
  const species = query.get('species');
  return isSpecies(species) ? plantOne(species) : unknownSpecies();
}

function plantOne(species: Species): Answer {
  const euros = registry.plant(species);
  donatedEuros.inc(euros);
  treesStanding.set({ species }, registry.trees[species].length);
  return { status: 201, body: plantedPage(species, euros) };
}

function fell(query: URLSearchParams): Answer {
  const species = query.get('species');
  if (!isSpecies(species)) return unknownSpecies();
  if (!registry.fell(species)) return failure(409, `No ${species} stands.`);
  treesStanding.set({ species }, registry.trees[species].length);
  return { status: 200, body: felledPage(species) };
}

function reserve(query: URLSearchParams): Answer {
  const species = query.get('species');
  if (!isSpecies(species)) return unknownSpecies();
  const reservation = reservations.reserve(species);
  if (!reservation) return failure(409, `No place is left for one more ${species}.`);
  return { status: 201, body: reservedPage(reservation) };
}

function confirm(query: URLSearchParams): Answer {
  const reservation = reservations.confirm(query.get('id') ?? '');
  if (!reservation) return failure(410, 'No such reservation is open: it may have expired.');
  return plantOne(reservation.species);
}

async function metrics(): Promise<Answer> {
  return {
    status: 200,
    headers: { 'Content-Type': register.contentType },
    body: await register.metrics(),
  };
}

function unknownSpecies(): Answer {
  return failure(400, `Name a species: ${SPECIES.join(', ')}.`);
}

function failure(status: number, message: string, headers?: OutgoingHttpHeaders): Answer {
  return { status, headers, body: errorPage(status, message) };
}

async function dispatch({ method, path, query }: Visit): Promise<Answer> {
  const route = routes.get(path);
  if (!route) return failure(404, 'There is no such page.');
  // HEAD is GET without the body, which Node leaves out by itself.
  const handler = route[method === 'HEAD' ? 'GET' : method];
  if (handler) return handler(query);
  const allowed = route.GET ? 'GET, HEAD' : 'POST';
  return failure(405, `This page takes ${allowed} only.`, { Allow: allowed });
}

async function respond(visit: Visit): Promise<Answer> {
  try {
    return await dispatch(visit);
  } catch (error) {
    if (error instanceof RegistryError) return failure(503, error.message);
    console.error(error);
    return failure(500, 'Something went wrong here.');
  }
}

async function measure(visit: Visit): Promise<Answer> {
  const method = methodLabel(visit.method);
  const endpoint = routes.has(visit.path) ? visit.path : 'unmatched';
  const stopTimer = requestDuration.startTimer({ method, endpoint });
  requestsInProgress.inc();
  try {
    const answer = await respond(visit);
    requests.inc({ method, endpoint, status: answer.status });
    return answer;
  } finally {
    stopTimer();
    requestsInProgress.dec();
  }
}

function serve(visit: Visit): Promise<Answer> {
  // Prometheus is no visitor: its scrapes stay out of what is measured.
  if (visit.path === '/metrics') return respond(visit);
  return measure(visit);
}

const server = createServer(async (request, response) => {
  const { status, headers, body } = await serve(readVisit(request));
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
  response.end(body);
});

await listen(server, settings, 'PORT');
