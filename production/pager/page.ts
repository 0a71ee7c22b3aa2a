import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escapeHtml } from '#forest';
import type { Inbox, Received } from './inbox.ts';
import type { Alert } from './message.ts';

const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8');

/** Brings what is new without a jump: the page stays as it is until a message comes. */
const SCRIPT = `
new EventSource('/changes').onmessage = async () => {
  const answer = await fetch('/');
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.title = page.title;
  document.querySelector('main').replaceWith(page.querySelector('main'));
};
`;

/** The page's own script and style alone: what a message brings is text, and loads nothing. */
export const POLICY = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'; connect-src 'self'`;

/** The page of the pager: how many alerts fire, and each message, the newest first. */
export function pagerPage(inbox: Pick<Inbox, 'firing' | 'received'>): string {
  const { length } = inbox.firing;
  const said =
    length === 0
      ? 'Nothing is firing.'
      : `${length} ${length === 1 ? 'alert is' : 'alerts are'} firing.`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${length > 0 ? `(${length}) ` : ''}Pager</title>
    <link rel="icon" href="data:,">
    <style>${STYLE}</style>
    <noscript><meta http-equiv="refresh" content="5"></noscript>
  </head>
  <body>
    <h1>Pager</h1>
    <main>
      <p role="status">${said}</p>
      ${inbox.received.length === 0 ? '<p>No message has come yet.</p>' : inbox.received.map(article).join('\n      ')}
    </main>
    <script>${SCRIPT}</script>
  </body>
</html>
`;
}

function article({ message, at }: Received): string {
  const { status, receiver, groupLabels, alerts, truncatedAlerts } = message;
  const firing = alerts.filter((alert) => alert.status === 'firing').length;
  const counts = [
    firing > 0 ? `${firing} firing` : '',
    firing < alerts.length ? `${alerts.length - firing} resolved` : '',
    truncatedAlerts > 0 ? `${truncatedAlerts} more left out` : '',
  ].filter(Boolean);
  const group = Object.entries(groupLabels).map(([name, value]) => `${name}=${value}`);
  return `<article class="${status}">
        <h2>${escapeHtml(`${groupLabels.alertname ?? alerts[0]!.labels.alertname ?? 'Alerts'}: ${counts.join(', ')}`)}</h2>
        <p>${time(at)} for ${escapeHtml(receiver)}, one message for ${escapeHtml(group.join(', ') || 'all')}.</p>
        <ul>
          ${alerts.map(item).join('\n          ')}
        </ul>
      </article>`;
}

function item({ status, labels, annotations, startsAt, endsAt }: Alert): string {
  const name = labels.alertname ?? 'An alert';
  const rest = Object.entries(labels).filter(([label]) => label !== 'alertname');
  const when =
    status === 'firing' ? `since ${time(startsAt)}` : `from ${time(startsAt)} to ${time(endsAt)}`;
  const summary = annotations.summary ?? annotations.description;
  return `<li><strong>${status === 'firing' ? 'Firing' : 'Resolved'}</strong> ${escapeHtml(name)} ${when}.
            ${summary ? escapeHtml(summary) : ''}
            ${link(annotations.runbook_url, `What to look at first, for ${name}`)}
            <span class="labels">${escapeHtml(rest.map(([label, value]) => `${label}=${value}`).join(', '))}</span></li>`;
}

/** Where the class's rules say that the runbooks are: here, on whatever port PORT_8060 has put this page. */
const OWN = /^http:\/\/localhost:8060(?=\/runbooks\/)/;

/** A link to an address of the web: anything else that stands there, such as a script, stays text. */
function link(url: string | undefined, words: string): string {
  if (!url) return '';
  if (!/^https?:\/\//i.test(url)) return escapeHtml(url);
  return `<a href="${escapeHtml(url.replace(OWN, ''))}">${escapeHtml(words)}</a>`;
}

function time(at: Date): string {
  const iso = at.toISOString();
  return `<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}
