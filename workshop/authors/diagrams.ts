import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { diagramName, diagramsIn } from '../page/diagrams.ts';
import { ROOT } from '../programs.ts';
import { BROWSERS } from './browsers.ts';

/** Not among the packages: a hundred and fifty megabytes, for five drawings. */
const MERMAID = 'mermaid@11.17.2';
const HOME = join(ROOT, '.workshop', 'mermaid');
const BUNDLE = join(HOME, 'node_modules', 'mermaid', 'dist', 'mermaid.min.js');

const FOLDER = 'docs/diagrams';

/** Colors as on the page of `make learn`. */
const THEMES = {
  light: { background: '#ffffff', fill: '#eaf3ed', line: '#3c6e53', text: '#1b2420' },
  dark: { background: '#14181b', fill: '#24332b', line: '#7fb898', text: '#e4eae6' },
} as const;

/** Draws every diagram of the texts anew, in both themes, in a browser without a window. */
export function drawDiagrams(): string[] {
  if (!existsSync(BUNDLE)) {
    mkdirSync(HOME, { recursive: true });
    const args = ['install', '--prefix', '.', '--ignore-scripts', MERMAID];
    const { status } = spawnSync('npm', args, { cwd: HOME, stdio: 'inherit' });
    if (status !== 0) throw new Error('mermaid could not be installed: the lines above say why.');
  }
  const wanted = diagramsIn(ROOT).flatMap((source) =>
    Object.entries(THEMES).map(([theme, colors]) => ({
      path: `${diagramName(source)}-${theme}.svg`,
      // The same each time, so that only what was changed is drawn anew.
      id: `d${basename(diagramName(source))}`,
      source,
      theme: { ...variables(colors), darkMode: theme === 'dark' },
    })),
  );
  const drawn = drawAll(wanted);
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  mkdirSync(join(ROOT, FOLDER), { recursive: true });
  wanted.forEach(({ path }, i) => writeFileSync(join(ROOT, path), `${shortened(drawn[i]!)}\n`));
  return readdirSync(join(ROOT, FOLDER));
}

/** A tenth of what it was: mermaid writes fourteen digits, and notes for its own editor. */
function shortened(svg: string): string {
  return svg
    .replace(/ data-[\w-]+="[^"]*"/g, '')
    .replace(/ (?:d|x|y|width|height|points|transform|viewBox)="[^"]*"/g, (attribute) =>
      attribute.replace(
        /-?\d+\.\d+(?:e-?\d+)?/g,
        (number) => `${Math.round(Number(number) * 10) / 10}`,
      ),
    );
}

function variables({ background, fill, line, text }: (typeof THEMES)['light' | 'dark']) {
  return {
    background,
    primaryColor: fill,
    primaryBorderColor: line,
    primaryTextColor: text,
    lineColor: line,
    textColor: text,
    edgeLabelBackground: background,
    clusterBkg: background,
    clusterBorder: line,
    titleColor: text,
    fontFamily: 'system-ui, sans-serif',
    fontSize: '16px',
  };
}

/** @returns the text of each SVG, in order */
function drawAll(wanted: readonly { readonly source: string; readonly theme: object }[]): string[] {
  const page = join(HOME, 'page.html');
  // No HTML within: it would not be drawn where the picture is shown as an image.
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><body><script src="${pathToFileURL(BUNDLE)}"></script><script type="module">
const drawn = [];
for (const { source, theme, id } of ${JSON.stringify(wanted)}) {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: 'base', themeVariables: theme,
    themeCSS: '.edgeLabel rect { opacity: 1 }',
    htmlLabels: false, flowchart: { htmlLabels: false, useMaxWidth: false }, deterministicIds: true, handDrawnSeed: 1 });
  const { svg } = await mermaid.render(id, source);
  drawn.push(new XMLSerializer().serializeToString(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement));
}
document.body.textContent = '<<' + encodeURIComponent(JSON.stringify(drawn)) + '>>';
</script>`,
  );
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000'];
  for (const browser of BROWSERS) {
    const { stdout, error } = spawnSync(
      browser,
      [...args, '--dump-dom', `${pathToFileURL(page)}`],
      {
        encoding: 'utf8',
        timeout: 60_000,
        maxBuffer: 1e8,
      },
    );
    if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
    const [, found] = /&lt;&lt;([^&]+)&gt;&gt;/.exec(stdout) ?? [];
    if (!found) throw new Error(`${browser} has not drawn them:\n${stdout.slice(0, 2000)}`);
    return JSON.parse(decodeURIComponent(found));
  }
  throw new Error(`There is none of ${BROWSERS.join(', ')} to draw with.`);
}

if (process.argv[1] === import.meta.filename) console.log(drawDiagrams().join('\n'));
