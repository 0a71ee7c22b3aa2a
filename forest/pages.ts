import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { SPECIES, type Species } from './registry.ts';
import type { Reservation, Reservations } from './reservations.ts';

const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8');

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'";

// In the page itself: a browser that asks for /favicon.ico would be a second visit.
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2e8b57" d="M8 0l5 6h-2l3 4H9v6H7v-6H2l3-4H3z"/></svg>',
)}`;

/**
 * The front page: what this is, where to go, and a form for each species to plant and to fell. With
 * `reservations` also one to reserve, and one for each that is open, to confirm it.
 */
export function homePage(reservations?: Pick<Reservations, 'open'>): string {
  return page(
    'Plant, fell and count trees',
    `<p>Each tree that you plant brings in a donation. The tree registry counts what stands: it takes its time, and now and then it does not answer.</p>
    <p><a href="/treecounter">How many trees stand?</a></p>
    ${SPECIES.map((species) => speciesForms(species, reservations)).join('\n    ')}`,
  );
}

/** The page that shows how many trees stand. */
export function countPage(trees: number): string {
  return page(
    'How many trees stand?',
    `<p><output class="count">${trees}</output> ${trees === 1 ? 'tree stands' : 'trees stand'} now.</p>
    <p><a href="/treecounter">Count again</a></p>`,
  );
}

/** The page after planting; `euros` is the donation that came in. */
export function plantedPage(species: Species, euros: number): string {
  return page(
    `One ${species} more stands`,
    `<p>A donation of ${euros.toFixed(2)} euros came in. Thank you.</p>
    ${speciesForms(species)}
    <p><a href="/treecounter">How many trees stand?</a></p>`,
  );
}

/** The page after reserving, with a form to confirm. */
export function reservedPage(reservation: Reservation): string {
  const { species, madeAt, expiresAt } = reservation;
  const seconds = (expiresAt.getTime() - madeAt.getTime()) / 1000;
  return page(
    `A place for one ${species} is yours`,
    `<p>Confirm within ${seconds} seconds, and it is planted. Later the place is free again.</p>
    ${confirmForm(reservation)}
    <p><a href="/">Plant, fell and reserve</a></p>`,
  );
}

/** The page after felling. */
export function felledPage(species: Species): string {
  return page(
    `One ${species} fewer stands`,
    `${speciesForms(species)}
    <p><a href="/treecounter">How many trees stand?</a></p>`,
  );
}

/** The page for a request that was not met; `message` says why, as plain text. */
export function errorPage(status: number, message: string): string {
  return page(`${status} ${STATUS_CODES[status] ?? ''}`, `<p>${escapeHtml(message)}</p>`);
}

/** Makes `text` safe to stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function speciesForms(species: Species, reservations?: Pick<Reservations, 'open'>): string {
  const more = reservations
    ? [
        `<form method="post" action="/reserve?species=${species}"><button>Reserve</button></form>`,
        ...reservations.open[species].map(confirmForm),
      ]
    : [];
  return `<section class="species">
      ${[
        `<h2>${species}</h2>`,
        `<form method="post" action="/plant?species=${species}"><button>Plant</button></form>`,
        `<form method="post" action="/fell?species=${species}"><button>Fell</button></form>`,
        ...more,
      ].join('\n      ')}
    </section>`;
}

function confirmForm({ id, species }: Reservation): string {
  return `<form method="post" action="/confirm?id=${id}"><button>Confirm the ${species}</button></form>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="${ICON}">
    <style>${STYLE}</style>
  </head>
  <body>
    <header><a href="/">Tree counter</a></header>
    <main>
    <h1>${escapeHtml(title)}</h1>
    ${body}
    </main>
  </body>
</html>
`;
}
