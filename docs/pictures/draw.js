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
  .grid { stroke: #59636e40; stroke-width: 1; fill: none }
  .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .line { stroke: #9198a1 } .grid { stroke: #9198a140 }
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

/**
 * Draws curves over a time, as a panel shows them. Each is computed from the model above it. The
 * words for those who do not see it are in WORKSHOP.md; they say what is to be seen, and not what it
 * means: that is the question.
 *
 * @param {string} name
 * @param {string} label
 * @param {{ to: number, ticks: [number, string][], title: string }} time
 * @param {{ to: number, ticks: [number, string][], title: string }} values
 * @param {{ style: string, name: string, at: [number, number], points: [number, number][] }[]} curves
 *   `at` is where the name stands, in the units of the axes
 */
function chart(name, label, time, values, curves) {
  const [left, top, right, bottom] = [70, 36, 780, 270];
  const x = (value) => left + (value / time.to) * (right - left);
  const y = (value) => bottom - (value / values.to) * (bottom - top);
  draw(
    name,
    820,
    330,
    label,
    [
      values.ticks.map(([value, words]) => [
        path('grid', `M${left} ${y(value)}H${right}`),
        text(left - 8, y(value) + 5, words, { anchor: 'end', style: 'small' }),
      ]),
      time.ticks.map(([value, words]) =>
        text(x(value), bottom + 22, words, { anchor: 'middle', style: 'small' }),
      ),
      axes(left, top, right, bottom),
      curves.map((curve) => [
        path(curve.style, polyline(curve.points.map(([at, value]) => [x(at), y(value)]))),
        text(x(curve.at[0]), y(curve.at[1]), curve.name),
      ]),
      text(left, 20, values.title, { style: 'small' }),
      text(right, bottom + 48, time.title, { anchor: 'end', style: 'small' }),
    ].flat(3),
  );
}

/** The points of a curve: `value` at each `step` from 0 to `to`. */
function curve(to, step, value) {
  return Array.from({ length: Math.round(to / step) + 1 }, (_, i) => [i * step, value(i * step)]);
}

const numbers = (...values) => values.map((value) => [value, `${value}`]);

/** The mean of `value` over the minute before `at`, as a rate over [1m] sees it; times in minutes. */
function overAMinute(value, at) {
  const steps = 60;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += value(at - (i + 0.5) / steps);
  return sum / steps;
}

// 03: one answer per second, scraped every 5 s. A counts each twice, B starts again every minute.
chart(
  'graph-03',
  'Two counters over three minutes',
  { to: 180, ticks: [0, 1, 2, 3].map((minute) => [minute * 60, `${minute}`]), title: 'minutes' },
  { to: 400, ticks: numbers(0, 60, 120, 180, 240, 300, 360), title: 'requests_total' },
  [
    { style: 'a', name: 'A', at: [150, 330], points: curve(180, 5, (seconds) => 2 * seconds) },
    { style: 'b', name: 'B', at: [150, 50], points: curve(180, 5, (seconds) => seconds % 60) },
  ],
);

// 04: 40 visits per hour, each with a value drawn from `many`. The series are the different values
// so far: of n values, k draws have seen n(1 - (1 - 1/n)^k) on average.
{
  const seen = (many) => (hours) => many * (1 - (1 - 1 / many) ** (40 * hours));
  const series = (style, name, many, at) => ({
    style,
    name,
    at,
    points: curve(24, 0.25, seen(many)),
  });
  chart(
    'graph-04',
    'The number of series of three counters over a day',
    { to: 24, ticks: numbers(0, 6, 12, 18, 24), title: 'hours since the start' },
    { to: 1000, ticks: numbers(0, 200, 400, 600, 800, 1000), title: 'count(requests_total)' },
    [
      series('a', 'A', 4, [21, 20]),
      series('b', 'B', 200, [21, 220]),
      series('c', 'C', 1e9, [21, 900]),
    ],
  );
}

// 05: up to 8 visits per second at two in the afternoon, none at two at night, and each waits for
// half a second. One visit of 40,000 throws, and is never taken off again.
{
  const perSecond = (hour) => 4 * (1 - Math.cos((2 * Math.PI * (hour - 2)) / 24));
  const visits = (hours) => {
    let sum = 0;
    for (let hour = 0; hour < hours; hour += 0.05) sum += perSecond(hour) * 0.05 * 3600;
    return sum;
  };
  chart(
    'graph-05',
    'Requests in progress over three days',
    {
      to: 72,
      ticks: [0, 12, 24, 36, 48, 60, 72].map((hour) => [hour, hour % 24 ? 'noon' : 'midnight']),
      title: 'three days',
    },
    { to: 30, ticks: numbers(0, 5, 10, 15, 20, 25, 30), title: 'requests_in_progress' },
    [
      {
        style: 'b',
        name: '',
        at: [0, 0],
        points: curve(72, 0.2, (hour) => Math.floor(visits(hour) / 40_000) + perSecond(hour) / 2),
      },
    ],
  );
}

// 06: 4 to 5 visits per second; 15 % fail, and 60 % from minute 4 to 8. Failures are not timed.
{
  const visits = (minute) => 4.5 + 0.5 * Math.sin((2 * Math.PI * minute) / 6);
  const failing = (minute) => (minute >= 4 && minute < 8 ? 0.6 : 0.15);
  const over = (value) => curve(12, 0.1, (minute) => overAMinute(value, minute));
  chart(
    'graph-06',
    'The rates of two metrics over twelve minutes',
    { to: 12, ticks: numbers(0, 2, 4, 6, 8, 10, 12), title: 'minutes' },
    { to: 6, ticks: numbers(0, 1, 2, 3, 4, 5, 6), title: 'per second' },
    [
      {
        style: 'a',
        name: 'A: rate of requests_total',
        at: [0.3, 5.4],
        points: over(visits),
      },
      {
        style: 'b',
        name: 'B: rate of request_duration_seconds_count',
        at: [5.1, 1.1],
        points: over((minute) => visits(minute) * (1 - failing(minute))),
      },
    ],
  );
}

// 07: times spread evenly from 0 to a longest one, which grows from 1 s to 4 s; the last limit is 1 s.
{
  const longest = (minute) => 1 + 3 * Math.min(1, Math.max(0, (minute - 2) / 6));
  const limits = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  /** As histogram_quantile does it: even within a bucket, and never above the last limit. */
  const p95 = (minute) => {
    const share = (limit) => Math.min(1, limit / longest(minute));
    const i = limits.findIndex((limit) => share(limit) >= 0.95);
    if (i < 0) return limits.at(-1);
    const [from, to] = [limits[i - 1] ?? 0, limits[i]];
    return from + ((0.95 - share(from)) / (share(to) - share(from))) * (to - from);
  };
  chart(
    'graph-07',
    'An average and a p95 over ten minutes',
    { to: 10, ticks: numbers(0, 2, 4, 6, 8, 10), title: 'minutes' },
    { to: 2.2, ticks: numbers(0, 0.5, 1, 1.5, 2), title: 'seconds' },
    [
      {
        style: 'a',
        name: 'average',
        at: [8.6, 1.85],
        points: curve(10, 0.1, (minute) => longest(minute) / 2),
      },
      { style: 'b', name: 'p95', at: [8.6, 0.85], points: curve(10, 0.1, p95) },
    ],
  );
}

// 08: times spread evenly from 0 to 1 s, and to 4 s in the first hour of the second day. A looks
// back over a minute, B over everything since the start.
{
  const bad = (hour) => Math.min(1, Math.max(0, hour - 24));
  /** Where 99 % of `good + slow` hours of answers lie below. */
  const p99 = (good, slow) => {
    const wanted = 0.99 * (good + slow);
    // Below 1 s both kinds count, above it the slow ones alone.
    const within = wanted / (good + slow / 4);
    return within <= 1 ? within : (4 * (wanted - good)) / slow;
  };
  const [usual, worst] = [p99(1, 0), p99(0, 1)];
  const now = [
    [0, usual],
    [24, usual],
    [24, worst],
    [25, worst],
    [25, usual],
    [72, usual],
  ];
  chart(
    'graph-08',
    'Two p99 over three days',
    {
      to: 72,
      ticks: [0, 12, 24, 36, 48, 60, 72].map((hour) => [hour, hour % 24 ? 'noon' : 'midnight']),
      title: 'three days',
    },
    { to: 4.5, ticks: numbers(0, 1, 2, 3, 4), title: 'p99, in seconds' },
    [
      { style: 'a', name: 'A', at: [25.5, 3.8], points: now },
      {
        style: 'b',
        name: 'B',
        at: [44, 2.4],
        points: curve(72, 0.25, (hour) => p99(hour - bad(hour) || 1, bad(hour))),
      },
    ],
  );
}

// 10: four visits per second. A question to the registry fails in 15 %, from minute 5 on in 60 %,
// and a failed one is put again, twice at most.
{
  const failing = (minute) => (minute < 5 ? 0.15 : 0.6);
  const over = (value) => curve(12, 0.1, (minute) => overAMinute(value, minute));
  const perVisit = (share) => 1 + share + share ** 2;
  chart(
    'graph-10',
    'Visits, questions to the registry and answers with 503 over twelve minutes',
    { to: 12, ticks: numbers(0, 2, 4, 6, 8, 10, 12), title: 'minutes' },
    { to: 9, ticks: numbers(0, 2, 4, 6, 8), title: 'per second' },
    [
      { style: 'a', name: 'visits to /treecounter', at: [8, 3.3], points: over(() => 4) },
      {
        style: 'b',
        name: 'questions to the registry',
        at: [8, 8.2],
        points: over((minute) => 4 * perVisit(failing(minute))),
      },
      {
        style: 'c',
        name: 'answers with 503',
        at: [8, 1.2],
        points: over((minute) => 4 * failing(minute) ** 3),
      },
    ],
  );
}

// An outage of 20 minutes, as a window of an hour and one of five minutes see it, in steps of ten seconds.
{
  const from = 20;
  const to = 40;
  /** The share that fails over the minutes before `at`, where as many visit at any time. */
  const over = (minutes, at) =>
    Math.max(0, Math.min(at, to) - Math.max(at - minutes, from)) / minutes;
  chart(
    'windows',
    'The failing share over an hour and over five minutes',
    { to: 110, ticks: numbers(0, 20, 40, 60, 80, 100), title: 'minutes' },
    {
      to: 1.05,
      ticks: [
        [0, '0'],
        [0.072, '7.2 %'],
        [0.5, '50 %'],
        [1, '100 %'],
      ],
      title: 'visits that fail',
    },
    [
      {
        style: 'a',
        name: '5 minutes',
        at: [42, 0.9],
        points: curve(110, 0.25, (at) => over(5, at)),
      },
      {
        style: 'b',
        name: '1 hour',
        at: [55, 0.37],
        points: curve(110, 0.25, (at) => over(60, at)),
      },
    ],
  );
}
