// Draws the pictures of WORKSHOP.md: node docs/pictures/draw.js
import { writeFileSync } from 'node:fs';

// GitHub shows an SVG as an image: its own style sheet is all that can follow dark and light.
const STYLE = `
  text { font: 16px system-ui, sans-serif; fill: #1f2328 }
  .code { font: 17px ui-monospace, monospace }
  .small { font-size: 14px }
  .line { stroke: #59636e; stroke-width: 1.5; fill: none }
  .a, .a-fill { stroke: #1a7f37; stroke-width: 2.5; fill: none }
  .b, .b-fill { stroke: #0969da; stroke-width: 2.5; fill: none }
  .c, .c-fill { stroke: #bc4c00; stroke-width: 2.5; fill: none }
  .a-fill { fill: #1a7f3733 } .b-fill { fill: #0969da33 } .c-fill { fill: #bc4c0033 }
  .dashed { stroke-dasharray: 5 5 }
  .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .line { stroke: #9198a1 }
    .a, .a-fill { stroke: #3fb950 } .b, .b-fill { stroke: #4493f8 } .c, .c-fill { stroke: #f0883e }
    .a-fill { fill: #3fb95033 } .b-fill { fill: #4493f833 } .c-fill { fill: #f0883e33 }
    .paper { fill: #0d1117 }
  }`;

/** Writes one picture; `label` is what a screen reader says. */
function draw(name, width, height, label, parts) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
  <style>${STYLE}
  </style>
  <rect class="paper" width="${width}" height="${height}" rx="6"/>
  ${parts.flat().join('\n  ')}
</svg>
`;
  // Two decimals: the last digits of a sine or a logarithm differ between versions of Node.js.
  const rounded = svg.replace(/\d+\.\d{3,}/g, (number) => `${Number(Number(number).toFixed(2))}`);
  writeFileSync(new URL(`${name}.svg`, import.meta.url), rounded);
}

function text(x, y, words, { anchor = 'start', style = '' } = {}) {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${style && ` class="${style}"`}>${safe}</text>`;
}

const path = (style, d) => `<path class="${style}" d="${d}"/>`;
const polyline = (points) => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join('');
const axes = (left, top, right, bottom) => path('line', `M${left} ${top}V${bottom}H${right}`);

// The anatomy of an exposition line.
{
  const parts = [
    text(30, 40, '# HELP requests_total Requests answered.', { style: 'code' }),
    text(30, 68, '# TYPE requests_total counter', { style: 'code' }),
  ];
  const y = 108;
  let x = 30;
  // Each piece has its own length, so that no font moves the brackets below it.
  const pieces = [
    ['requests_total', 'a', 'name'],
    ['{', '', ''],
    ['endpoint="/treecounter"', 'b', 'label'],
    [',', '', ''],
    ['status="503"', 'b', 'label'],
    ['} ', '', ''],
    ['5', 'c', 'value'],
  ];
  for (const [words, colour, what] of pieces) {
    const width = words.length * 10.2;
    parts.push(
      `<text x="${x}" y="${y}" class="code" textLength="${words.trim().length * 10.2}" lengthAdjust="spacingAndGlyphs">${words.trim()}</text>`,
    );
    if (what) {
      parts.push(path(colour, `M${x} ${y + 10}v8H${x + words.trim().length * 10.2}v-8`));
      parts.push(text(x + (words.trim().length * 10.2) / 2, y + 40, what, { anchor: 'middle' }));
    }
    x += width;
  }
  parts.push(path('line dashed', 'M470 30H560M350 58H560'));
  parts.push(text(570, 36, 'for people', { style: 'small' }));
  parts.push(text(570, 64, 'its type', { style: 'small' }));
  parts.push(path('line', `M30 ${y + 58}v8H${x - 32}v-8`));
  parts.push(
    text((30 + x - 32) / 2, y + 90, 'name and labels together: one time series', {
      anchor: 'middle',
    }),
  );
  draw('exposition-line', 820, 215, 'The anatomy of a line of metrics: name, labels, value', parts);
}

// Counter and gauge over a restart.
{
  const counter = [];
  const rate = [];
  const gauge = [];
  const restart = 380;
  for (let x = 60; x <= 720; x += 10) {
    const since = x < restart ? x - 60 : x - restart;
    counter.push([x, 150 - since * 0.33]);
    rate.push([x, 245 - 6 * Math.sin(x / 60)]);
    const trees = x < restart ? 40 + 26 * Math.sin(x / 45) : Math.min(45, (x - restart) / 5);
    gauge.push([x, 360 - trees]);
  }
  const at = counter.findIndex(([x]) => x === restart);
  draw('counter-and-gauge', 820, 400, 'A counter, its rate, and a gauge over a restart', [
    axes(60, 20, 730, 150),
    path('a', polyline(counter.slice(0, at)) + polyline(counter.slice(at))),
    text(740, 55, 'counter', {}),
    axes(60, 190, 730, 260),
    path('b', polyline(rate)),
    text(740, 245, 'its rate'),
    axes(60, 290, 730, 360),
    path('c', polyline(gauge)),
    text(740, 320, 'gauge'),
    path('line dashed', `M${restart} 20V368`),
    text(restart, 390, 'restart', { anchor: 'middle', style: 'small' }),
    text(restart + 14, 40, 'falls to 0 and counts on', { style: 'small' }),
    text(restart + 14, 212, 'goes on as if nothing had been', { style: 'small' }),
    text(restart + 130, 306, 'shows what is true now', { style: 'small' }),
  ]);
}

// Cumulative buckets, and two readings of p95: all answers took from 0 to 0.6 s, spread evenly.
{
  const left = 80;
  const bottom = 330;
  const at = (seconds, share) => [left + seconds * 660, bottom - share * 2.8];
  const longest = 0.6;
  const shareWithin = (seconds) => Math.min(100, (seconds / longest) * 100);
  const limits = [0.1, 0.25, 0.5, 1];
  const parts = [axes(left, 30, 790, bottom)];
  limits.forEach((limit, i) => {
    const from = limits[i - 1] ?? 0;
    const [x, y] = at(from, shareWithin(limit));
    const width = at(limit, 0)[0] - x;
    parts.push(
      `<rect class="a-fill" x="${x}" y="${y}" width="${width}" height="${bottom - y}"/>`,
      text(x + width, bottom + 22, `${limit}`, { anchor: 'middle', style: 'small' }),
    );
  });
  const corners = [0, ...limits].map((limit) => at(limit, shareWithin(limit)));
  const share = 95;
  const [last = 0, next = 0] = limits.slice(-2);
  const step = (share - shareWithin(last)) / (shareWithin(next) - shareWithin(last));
  const read = last + step * (next - last);
  const [trueX, y] = at((share / 100) * longest, share);
  const [readX] = at(read, share);
  parts.push(
    path('b dashed', polyline(corners)),
    path('c', polyline([at(0, 0), at(longest, 100), at(1, 100)])),
    path('line dashed', `M${left} ${y}H${readX}`),
    path('c dashed', `M${trueX} ${y}V${bottom}`),
    path('b dashed', `M${readX} ${y}V${bottom}`),
    text(left + 8, y - 8, '95 of 100 requests'),
    text(trueX + 8, bottom - 62, 'true p95:', { style: 'small' }),
    text(trueX + 8, bottom - 44, '0.57 s', { style: 'small' }),
    text(readX - 8, bottom - 62, 'p95 as read:', { anchor: 'end', style: 'small' }),
    text(readX - 8, bottom - 44, '0.85 s', { anchor: 'end', style: 'small' }),
    text(at(0.6, 0)[0] + 10, 44, 'what happened', { style: 'small' }),
    text(readX + 8, 96, 'what is', { style: 'small' }),
    text(readX + 8, 114, 'assumed', { style: 'small' }),
    text(left, 20, 'share of requests up to this limit', { style: 'small' }),
    text(435, bottom + 50, 'le: the limit of the bucket, in seconds', {
      anchor: 'middle',
      style: 'small',
    }),
  );
  draw(
    'buckets',
    820,
    395,
    'Cumulative buckets, what is assumed inside of them, what happened, and the two readings of p95',
    parts,
  );
}

// Quantiles on a distribution.
{
  const left = 60;
  const bottom = 260;
  // A long tail, as waiting times have it: log-normal, median at 1.
  const density = (t) => Math.exp(-(Math.log(t) ** 2) / (2 * 0.55 ** 2)) / t;
  const scale = 175;
  const points = [];
  for (let t = 0.02; t <= 4.2; t += 0.02)
    points.push([left + t * scale, bottom - density(t) * 180]);
  const parts = [
    path('b-fill', `${polyline(points)}V${bottom}H${left}Z`),
    axes(left, 25, 805, bottom),
  ];
  const marks = [
    ['p50', 0, 'half are quicker', 20],
    ['p90', 1.2816, 'nine of ten', 110],
    ['p99', 2.3263, '99 of 100', 180],
  ];
  for (const [name, z, words, y] of marks) {
    const x = left + Math.exp(0.55 * z) * scale;
    parts.push(path('c', `M${x} ${y + 12}V${bottom}`));
    parts.push(text(x + 6, y + 24, `${name}: ${words}`, { style: 'small' }));
    parts.push(text(x, bottom + 22, name, { anchor: 'middle' }));
  }
  const mean = left + Math.exp(0.55 ** 2 / 2) * scale;
  parts.push(path('a dashed', `M${mean} 62V${bottom}`));
  parts.push(text(mean + 6, 76, 'the average says nothing of the tail', { style: 'small' }));
  parts.push(text(800, bottom + 48, 'waiting time', { anchor: 'end', style: 'small' }));
  parts.push(text(left, 18, 'how many', { style: 'small' }));
  draw('quantiles', 820, 320, 'Quantiles p50, p90, p99 on a distribution with a long tail', parts);
}
