import { existsSync, readFileSync } from 'node:fs';
import { typed } from '../terminal/typed.js';
import { USUAL_CONFIG } from './prometheus.ts';

/** A refusal that comes again after this time, in milliseconds, is of another edit. */
const SILENCE_MS = 7000;

/**
 * Reads Prometheus' own log (logfmt, https://brandur.org/logfmt) and tells what a learner needs to
 * know of it: that an edit of prometheus.yaml or alerts.yaml was refused, with its line, or taken over.
 */
export class PrometheusNews {
  readonly #file: string;
  readonly #name: string;
  readonly #tell: ((news: string) => void) | undefined;
  #started: boolean;
  #refused: string | undefined;
  #refusedAt = 0;
  #last: string | undefined;
  #inRules: string | undefined;
  #rest = '';

  /**
   * @param file the configuration that the learner edits
   * @param options `name` is that file's from the root; `started` says that Prometheus runs already; `tell` hears each piece of news
   */
  constructor(
    file: string,
    options: { name?: string; started?: boolean; tell?: (news: string) => void } = {},
  ) {
    this.#file = file;
    this.#name = options.name ?? USUAL_CONFIG;
    this.#started = options.started ?? false;
    this.#tell = options.tell;
  }

  /** The last piece of news, if there was one. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Takes more of the log, in pieces of any size. */
  read(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop()!;
    lines.forEach((line) => this.#readLine(line));
  }

  #readLine(line: string): void {
    const message = field(line, 'msg') ?? '';
    const error = field(line, 'err');
    if (message === 'loading groups failed') {
      this.#inRules = error;
    } else if (message === 'Error reloading config' || message.startsWith('Error loading ')) {
      this.#refuse(this.#explain(this.#inRules ?? error));
      this.#inRules = undefined;
    } else if (message === 'Completed loading of configuration file') {
      if (this.#started) this.#say(takenOver(this.#name));
      this.#started = true;
      this.#refused = undefined;
    }
  }

  #explain(error: string | undefined): string {
    const source = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    return explainRefusal(error, source, this.#name);
  }

  #say(news: string): void {
    this.#last = news;
    this.#tell?.(news);
  }

  #refuse(why: string): void {
    // It tries again every two seconds, and once is enough to hear; after a silence it is news again.
    const now = Date.now();
    const again = why === this.#refused && now - this.#refusedAt < SILENCE_MS;
    this.#refusedAt = now;
    if (!again) this.#say(this.#started ? refusedEdit(why) : refusedStart(why));
    this.#refused = why;
  }
}

/** What to tell a person whose edit Prometheus has taken. */
export function takenOver(name: string): string {
  const rules = name === USUAL_CONFIG ? 'alerts.yaml' : 'its rules';
  return `Prometheus has taken over ${name} and ${rules}.`;
}

/** What to tell a person whose edit Prometheus refuses. */
export function refusedEdit(why: string): string {
  return `Prometheus refuses the edit and goes on with what it had:\n${indent(why)}\nFix it and save: Prometheus looks again by itself within seconds.`;
}

function refusedStart(why: string): string {
  return `Prometheus does not start:\n${indent(why)}\nFix it, then type the command again. If the reason is no line of the file, look with: ${typed('doctor')}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/**
 * Puts Prometheus' error about its files in a form that leads to the line: `prometheus.yaml, line 8: …`.
 * @param source the configuration itself, to find the line where Prometheus names only the value
 * @param name that of the configuration, from the root
 */
export function explainRefusal(
  error = 'Its log does not say why.',
  source = '',
  name = USUAL_CONFIG,
): string {
  const text = error
    .replace(/^failed to reload config: /, '')
    .replace(/couldn't load configuration \(--config\.file="[^"]*"\): /, '')
    .replace(/^parse rules from file .*?\(pattern: "[^"]*"\): /, '')
    .replace(/parsing YAML file (.+?\.yaml): (yaml: )?(unmarshal errors:\n\s*)?/, '$1: ')
    // The folder, which may have spaces in its name.
    .replaceAll(
      /([a-z]:)?[\\/][^:"\n]*?[\\/](?=(production[\\/]([\w-]+[\\/])?)?[\w-]+\.yaml)/gi,
      '',
    )
    .replaceAll(/([\w\\/-]+\.yaml): (?:(?:yaml: )?line )?(\d+):(?:\d+:)?/g, '$1, line $2:')
    .replaceAll(/^\s+line (\d+):/gm, `${name}, line $1:`)
    .trim();
  const value = text.startsWith(`${name}: `) ? /"([^"]+)"/.exec(text)?.[1] : undefined;
  const lines = source
    .split('\n')
    .flatMap((line, i) => (value && line.replace(/#.*/, '').includes(value) ? [i + 1] : []));
  return lines.length === 1 ? text.replace(':', `, line ${lines[0]}:`) : text;
}

function field(line: string, name: string): string | undefined {
  const found = new RegExp(`(?:^| )${name}=("(?:[^"\\\\]|\\\\.)*"|\\S+)`).exec(line)?.[1];
  if (!found?.startsWith('"')) return found;
  try {
    return JSON.parse(found) as string;
  } catch {
    return found;
  }
}
