import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { explainRefusal, PrometheusNews } from '../../workshop/stack/prometheus-news.ts';

// Lines of Prometheus 3.5's log, with the times and places that change taken out.
const LOADED = 'time=x level=INFO msg="Completed loading of configuration file" filename=a.yaml\n';
const WRONG_FIELD =
  'level=ERROR msg="Error reloading config" err="couldn\'t load configuration (--config.file=\\"/etc/prometheus/workshop/prometheus.yaml\\"): parsing YAML file /etc/prometheus/workshop/prometheus.yaml: yaml: unmarshal errors:\\n  line 8: field job_nam not found in type config.ScrapeConfig"\n';
const WRONG_RULE =
  'level=ERROR msg="loading groups failed" component="rule manager" err="/etc/prometheus/workshop/alerts.yaml: 5:11: group \\"x\\", rule 1, \\"a\\": could not parse expression: 1:6: parse error: unclosed left parenthesis"\n' +
  'level=ERROR msg="Failed to apply configuration" err="error loading rules, previous rule set restored"\n' +
  'level=ERROR msg="Error reloading config" err="one or more errors occurred while applying the new configuration (--config.file=\\"prometheus.yaml\\")"\n';
const WRONG_START =
  'level=ERROR msg="Error loading config (--config.file=bad.yaml)" file=/x/prometheus.yaml err="parsing YAML file prometheus.yaml: yaml: line 2: did not find expected \',\' or \']\'"\n';
const WRONG_RULE_AT_START =
  'level=ERROR msg="Error loading rule file patterns from config (--config.file=\\"prometheus.yaml\\")" file=/x/prometheus.yaml err="parse rules from file \\"/x/alerts.yaml\\" (pattern: \\"alerts.yaml\\"): /x/alerts.yaml: 5:11: group \\"x\\", rule 1, \\"a\\": could not parse expression: 1:6: parse error: unclosed left parenthesis"\n';

let said: string[];
beforeEach(() => void (said = []));

function listen(started: boolean, file = 'nowhere') {
  return new PrometheusNews(file, { started, tell: (news) => said.push(news) });
}

test('the first configuration is no news, each later one is', () => {
  const news = listen(false);
  news.read(LOADED);
  expect(said).toEqual([]);
  news.read(LOADED);
  expect(said).toEqual(['Prometheus has taken over prometheus.yaml and alerts.yaml.']);
});

test('a refused edit is told once, with its file and line, in whatever pieces the log comes', () => {
  const news = listen(true);
  for (const piece of `${WRONG_FIELD}${WRONG_FIELD}`.match(/.{1,50}|\n/gs)!) news.read(piece);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^Prometheus refuses the edit and goes on with what it had:$/m);
  expect(said[0]).toMatch(/^ {2}prometheus\.yaml, line 8: field job_nam not found/m);
  news.read(LOADED + WRONG_FIELD);
  expect(said).toHaveLength(3);
});

test('a refused rule is told with the line in alerts.yaml', () => {
  listen(true).read(WRONG_RULE);
  expect(said).toEqual([
    expect.stringMatching(/^ {2}alerts\.yaml, line 5: group "x", rule 1, "a": .*unclosed/m),
  ]);
});

test('a Prometheus that does not start says so, with the line', () => {
  listen(false).read(WRONG_START);
  listen(false).read(WRONG_RULE_AT_START);
  expect(said).toEqual([
    expect.stringMatching(/^Prometheus does not start:\n {2}prometheus\.yaml, line 2: did not/),
    expect.stringMatching(/^Prometheus does not start:\n {2}alerts\.yaml, line 5: group "x"/),
  ]);
});

test('where Prometheus names only a value, its line is looked up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tree-counter-news-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'prometheus.yaml');
  writeFileSync(file, 'global:\n  # how often\n  scrape_interval: often\n');
  listen(true, file).read(
    'level=ERROR msg="Error reloading config" err="couldn\'t load configuration (--config.file=\\"prometheus.yaml\\"): parsing YAML file prometheus.yaml: not a valid duration string: \\"often\\""\n',
  );
  expect(said[0]).toContain('  prometheus.yaml, line 3: not a valid duration string: "often"');
});

test.each(['/home/Anna Lena/tree counter/', 'C:\\Users\\Anna Lena\\tree counter\\', ''])(
  'the folder %j is left out',
  (folder) => {
    const field = `couldn't load configuration (--config.file="${folder}prometheus.yaml"): parsing YAML file ${folder}prometheus.yaml: yaml: unmarshal errors:\n  line 8: field job_nam not found in type config.ScrapeConfig`;
    expect(explainRefusal(field)).toBe(
      'prometheus.yaml, line 8: field job_nam not found in type config.ScrapeConfig',
    );
    const rule = `${folder}alerts.yaml: 5:11: group "x", rule 1, "a/b": could not parse expression`;
    for (const error of [
      rule,
      `parse rules from file "${folder}alerts.yaml" (pattern: "alerts.yaml"): ${rule}`,
    ]) {
      expect(explainRefusal(error)).toBe(
        'alerts.yaml, line 5: group "x", rule 1, "a/b": could not parse expression',
      );
    }
  },
);

test('several errors keep their lines', () => {
  const error =
    'failed to reload config: couldn\'t load configuration (--config.file="prometheus.yaml"): parsing YAML file prometheus.yaml: yaml: unmarshal errors:\n  line 4: field foo not found in type config.ScrapeConfig\n  line 5: field bar not found in type config.ScrapeConfig';
  expect(explainRefusal(error)).toBe(
    'prometheus.yaml, line 4: field foo not found in type config.ScrapeConfig\nprometheus.yaml, line 5: field bar not found in type config.ScrapeConfig',
  );
});
