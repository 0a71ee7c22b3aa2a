/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands behind the bar. */
  readonly text: string;
}

const WIDTH = 720;
const LEFT = 210;
const BAR_WIDTH = 300;
const ROW = 28;
const TOP = 64;

// Both schemes bring their own ground, so that the chart can be read on any page.
const STYLE = `
    text { font: 14px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 16px; }
    .quiet { fill: #57606a; font-size: 12px; }
    .ground { fill: #ffffff; stroke: #d0d7de; }
    .bar { fill: #2e8b57; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .quiet { fill: #9198a1; }
      .ground { fill: #0d1117; stroke: #3d444d; }
      .bar { fill: #3fb950; }
    }`;

/** Draws bars as an SVG picture, from 0 to the longest. */
export function barChart(title: string, subtitle: string, bars: readonly Bar[]): string {
  const height = TOP + bars.length * ROW + 16;
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ label, value, text }, i) => {
    const y = TOP + i * ROW;
    const width = longest > 0 ? ((value / longest) * BAR_WIDTH).toFixed(1) : '0';
    return `  <text x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${escape(label)}</text>
  <rect class="bar" x="${LEFT}" y="${y}" width="${width}" height="20" rx="3"/>
  <text x="${LEFT + Number(width) + 8}" y="${y + 15}">${escape(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
  <style>${STYLE}
  </style>
  <rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
  <text class="title" x="20" y="28">${escape(title)}</text>
  <text class="quiet" x="20" y="48">${escape(subtitle)}</text>
${rows.join('\n')}
</svg>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
