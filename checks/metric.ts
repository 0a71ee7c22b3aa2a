import type { MetricType } from './harness/exposition.ts';
import { linesOf, type Scrape } from './harness/scrape.ts';
import { check, type Check } from './harness/types.ts';

/** What a step asks for: a metric of this name and type. */
export interface Wanted {
  /** The beginning of its hints' names. */
  readonly key: string;
  readonly name: string;
  readonly type: MetricType;
  /** Recognises the same metric under a wrong name. */
  readonly near: RegExp;
  /** What the name says, for the hint: units and endings. */
  readonly naming: string;
  /** Why it is of this type. */
  readonly because: string;
  /** Whether it moves though nobody asks for anything. */
  readonly restless?: boolean;
}

const CLASSES: Record<MetricType, string> = {
  counter: 'Counter',
  gauge: 'Gauge',
  histogram: 'Histogram',
  summary: 'Summary',
  untyped: 'Gauge',
};

/** The check that a metric is there, under its name and with its type. */
export function metricIsThere(wanted: Wanted): Check {
  const { key, name, type, near, naming, because, restless = false } = wanted;
  const article = type === 'untyped' ? 'an' : 'a';
  return check({
    name: `/metrics shows ${name}, ${article} ${type}`,
    metric: { name, type, restless },
    hints: {
      [`${key}-missing`]: {
        first: `Create a \`${CLASSES[type]}\` with the name ${name}, in a file that server.ts imports.`,
        fuller: `A metric appears in /metrics once it is created, even before it is used: \`new ${CLASSES[type]}({ name: '${name}', help: '…' })\`. If it is created and still not there, the file is not imported by server.ts, or the metric belongs to another registry than the one that /metrics shows (\`registers\`).`,
      },
      [`${key}-name`]: {
        first: `Name it ${name}. ${naming}`,
        fuller: `${naming} Queries, dashboards and alerts find a metric by its name, so every letter counts. prom-client takes the name as it is: it appends nothing.`,
      },
      [`${key}-type`]: {
        first: `Make ${name} a \`${CLASSES[type]}\`: ${because}`,
        fuller: `${name} has the right name and the wrong type. It is a ${type}: ${because} The type decides what prom-client lets you do with it and how Prometheus may read it.`,
      },
    },
    async run(session, fail) {
      const scrape = session.first();
      const did = 'asked for /metrics';
      const expected = `# TYPE ${name} ${type}`;
      const family = scrape.family(name);
      if (!family) {
        const other = scrape.names().find((candidate) => near.test(candidate));
        throw other
          ? fail(`${key}-name`, {
              did,
              expected,
              got: `# TYPE ${other} ${scrape.family(other)!.type}`,
            })
          : fail(`${key}-missing`, { did, expected, got: namesOf(scrape, name) });
      }
      if (family.type !== type) {
        throw fail(`${key}-type`, { did, expected, got: `# TYPE ${name} ${family.type}` });
      }
    },
  });
}

function namesOf(scrape: Scrape, name: string): string {
  const names = scrape.names();
  if (names.length === 0) return `${linesOf(scrape, name)}, and no other metric of your own`;
  return `${linesOf(scrape, name)}; your metrics are: ${names.join(', ')}`;
}
