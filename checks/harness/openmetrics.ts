import { ExpositionError } from './exposition.ts';

/** How OpenMetrics calls what the text format calls otherwise. */
const TYPES: Record<string, string> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
};
/** What the samples of a type end in, where the text format takes it into the metric's name. */
const ENDINGS: Record<string, string> = { counter: '_total', info: '_info' };
/** A sample: its name and labels, its value; then perhaps a timestamp, and an exemplar after " # ". */
const SAMPLE = /^([^\s{#]+(?:\{(?:[^"}]|"(?:\\.|[^"\\])*")*\})?)[ ](\S+)(?: [^\s#]+)?(?: # \{.*)?$/;

/** Whether a Content-Type says that a text is in the OpenMetrics format. */
export function isOpenMetrics(contentType: string | undefined): boolean {
  return /^application\/openmetrics-text\s*(;|$)/i.test(contentType ?? '');
}

/**
 * Writes an OpenMetrics text in the text format, so that both are read in the same way: a counter is
 * called as its samples are, and units, exemplars, timestamps and times of creation are left out.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @throws {ExpositionError} where Prometheus would refuse the text
 */
export function toTextFormat(text: string): string {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') {
    throw new ExpositionError('The last line of an OpenMetrics text is "# EOF".');
  }
  const types = new Map<string, string>();
  for (const line of lines) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name && type) types.set(name, type);
  }
  const createds = new Set([...types.keys()].map((name) => `${name}_created`));

  return lines
    .flatMap((line, index) => {
      const fail = (why: string): never => {
        throw new ExpositionError(
          `Line ${index + 1}: ${why} ${JSON.stringify(line.slice(0, 200))}`,
        );
      };
      const [, keyword, name = '', rest] = /^# (\w+) (\S+)(.*)$/.exec(line) ?? [];
      if (keyword === 'UNIT') return [];
      if (keyword === 'TYPE' || keyword === 'HELP') {
        const type = types.get(name) ?? 'unknown';
        const full = `${name}${ENDINGS[type] ?? ''}`;
        if (keyword === 'HELP') return `# HELP ${full}${rest}`;
        return `# TYPE ${full} ${TYPES[type] ?? fail('There is no such type.')}`;
      }
      if (line.startsWith('#')) return fail('OpenMetrics knows no such line.');
      const [, series, value] = SAMPLE.exec(line) ?? fail('This is no sample.');
      const sample = /^[^{]+/.exec(series!)![0];
      if (createds.has(sample)) return [];
      const owner = types.get(sample);
      if (owner === 'counter') fail('The name of a counter ends in _total in OpenMetrics.');
      return `${series} ${value}`;
    })
    .concat('')
    .join('\n');
}
