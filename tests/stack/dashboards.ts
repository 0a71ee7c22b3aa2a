import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../workshop/programs.ts';

/** The part of a dashboard's file that tests look at. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly min?: number;
      readonly max?: number;
      readonly noValue?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
      readonly color?: Color;
      readonly custom?: { readonly axisSoftMax?: number; readonly showPoints?: string };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: {
    readonly text?: { readonly valueSize: number };
    readonly content?: string;
    readonly showUnfilled?: boolean;
    readonly showValue?: string;
  };
  readonly transformations?: readonly { readonly id: string; readonly options: object }[];
}

export interface Color {
  readonly mode: string;
  readonly fixedColor: string;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format?: string;
  readonly instant?: boolean;
}

const FOLDER = join(ROOT, 'grafana/dashboards');

/** Every dashboard, with the name of its file. */
export function readDashboards(): (Dashboard & { file: string })[] {
  return readdirSync(FOLDER).map((file) => ({
    file,
    ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard),
  }));
}

/** Every panel with queries, of all dashboards. */
export function queryPanels(): { board: string; panel: Panel; targets: readonly Target[] }[] {
  return readDashboards().flatMap(({ uid, panels }) =>
    panels.flatMap((panel) =>
      panel.targets ? [{ board: uid, panel, targets: panel.targets }] : [],
    ),
  );
}

/** The first step in which a panel has data, by what it shows without any: `Waits for step 04…`. */
export function promisedStep({ fieldConfig }: Panel): number {
  const { noValue = '' } = fieldConfig?.defaults ?? {};
  if (noValue === 'Waits for Prometheus') return 1;
  return Number(/^Waits for step (\d\d)/.exec(noValue)?.[1] ?? Number.NaN);
}

const KEYWORDS = ['and', 'or', 'unless', 'bool', 'offset'];

/** The names of the metrics that a query asks for, as they stand in it. */
export function metricNames(expr: string): string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()/g)].map(([n]) => n);
  return [...new Set(names)].filter((name) => !KEYWORDS.includes(name));
}
