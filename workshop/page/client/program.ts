import type { CheckState, LoadState, OutputState, ProgramState } from '../states.ts';
import { change, onEvent, onSilence, SILENT } from './connection.ts';
import { attempt, make, say } from './dom.ts';
import { paint } from './painted.ts';

/** A shape beside each word: colour alone tells nobody. */
const MARKS: Readonly<Record<CheckState['outcome'] | ProgramState['answer'], string>> = {
  metrics: '●',
  other: '●',
  late: '◐',
  cut: '◐',
  nobody: '○',
  none: '–',
  waiting: '○',
  running: '…',
  passed: '✓',
  failed: '✗',
  broken: '✗',
};

/** What is seen of the check while all of this is folded. */
const SHORT: Readonly<Record<CheckState['outcome'], string>> = {
  none: '',
  waiting: '',
  running: 'is checked',
  passed: '✓ passes',
  failed: '✗ not yet',
  broken: '',
};

/** A line of a stack, as Node.js prints it. */
const IN_STACK = /^ {4}at /;

const summary = { program: '', check: '', isHeard: true };

function summarize(): void {
  const { program, check, isHeard } = summary;
  const words = (isHeard ? [program, check] : ['is not seen']).filter((word) => word !== '');
  say(document.getElementById('page-summary')!, words.join(', '));
}

/** The program beside the text: it fills the sections of the aside, and shows them. */
export function startProgram(): void {
  showSilence();
  fill('program', 'Program', showProgram);
  fill('check', 'Check', showCheck);
  fill('metrics', 'Metrics', showMetrics);
  fill('load', 'Traffic', showLoad);
  document.querySelector('aside')!.hidden = false;
}

/** What was told last may no longer hold: nobody is to take it for how things are. */
function showSilence(): void {
  const words = make('p', { className: 'silence', role: 'alert' });
  document.querySelector('#page-beside summary')!.after(words);
  onSilence((isHeard) => {
    summary.isHeard = isHeard;
    summarize();
    say(words, isHeard ? '' : `${SILENT} (What stands below is what it said last.)`);
  });
}

function fill(id: string, title: string, show: (section: HTMLElement) => void): void {
  const section = document.getElementById(`page-${id}`)!;
  section.append(make('h2', { textContent: title }));
  show(section);
  section.hidden = false;
}

function showProgram(section: HTMLElement): void {
  const { line, tell } = stateLine();
  const more = make('div', { className: 'more' });
  const buttons = make('p', { className: 'buttons' });
  const failure = statusLine();
  const { frame, pre } = scrolled('What it printed last');
  const printed = make(
    'details',
    { open: true, hidden: true },
    make('summary', {}, 'What it printed last'),
    frame,
  );
  section.append(line, more, buttons, failure, printed);

  const button = (label: string, path: string, body?: unknown) => {
    const one = make('button', { type: 'button', textContent: label });
    one.addEventListener('click', () =>
      alone(one, () => attempt(failure, () => change(path, body))),
    );
    return one;
  };
  let offered = '';
  onEvent<ProgramState>('program', ({ answer, says: [first, ...rest], starts, stop }) => {
    tell(answer, first);
    summary.program = answer === 'nobody' ? 'does not run' : 'runs';
    summarize();
    say(more, rest.join(' '));
    const offers = JSON.stringify([starts, stop]);
    if (offers === offered) return;
    offered = offers;
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(
      ...starts.map(({ command, label }) => button(label, '/program/start', { command })),
      ...(stop ? [button(stop, '/program/stop')] : []),
    );
    if (hadFocus) buttons.querySelector('button')?.focus();
  });
  // Where it was put, unless somebody has scrolled it.
  let put = 0;
  onEvent<OutputState>('output', ({ text }) => {
    printed.hidden = text === '';
    if (pre.textContent === text) return;
    const follows = Math.abs(frame.scrollTop - put) < 4 || pre.textContent === '';
    pre.textContent = text;
    if (!follows) return;
    frame.scrollTop = frame.scrollHeight;
    const trouble = troubleIn(text);
    if (trouble !== undefined) {
      const line = document.createRange();
      line.setStart(pre.firstChild!, trouble);
      line.setEnd(pre.firstChild!, trouble + 1);
      const above = line.getBoundingClientRect().top - frame.getBoundingClientRect().top;
      frame.scrollTop += above - 6;
    }
    put = frame.scrollTop;
  });
}

/** Where the error begins that was printed last, its stack below it; undefined if the program has begun anew since. */
function troubleIn(text: string): number | undefined {
  const lines = text.split('\n');
  let at = lines.findLastIndex((line) => IN_STACK.test(line));
  if (at < 0 || lines.slice(at).some((line) => line.startsWith('Listening on '))) return undefined;
  while (at > 0 && IN_STACK.test(lines[at]!)) at--;
  return lines.slice(0, at).join('\n').length + (at > 0 ? 1 : 0);
}

function showCheck(section: HTMLElement): void {
  const chapter = document.querySelector('main')!.dataset.chapter ?? '';
  const { line, tell } = stateLine();
  const { frame, pre } = scrolled('What the check says');
  const more = folded('More help', true);
  const each = folded('Each check');
  const failure = statusLine();
  const again = make('button', { type: 'button', textContent: 'Check now' });
  again.addEventListener('click', () => attempt(failure, () => change('/check/run')));
  section.append(
    line,
    frame,
    more.fold,
    each.fold,
    make('p', { className: 'buttons' }, again),
    failure,
  );

  // The chapter that was looked at last is the one that is checked.
  const open = () => attempt(failure, () => change('/check/open', { chapter }));
  for (const event of ['focus', 'pageshow']) window.addEventListener(event, open);
  onEvent<CheckState>('check', (state) => {
    if (state.chapter !== chapter) return;
    tell(state.outcome, state.says);
    summary.check = SHORT[state.outcome];
    summarize();
    again.hidden = state.outcome === 'none';
    section.setAttribute('aria-busy', `${state.outcome === 'running'}`);
    frame.hidden = state.text === '';
    paint(pre, state.text);
    more.tell(state.hint);
    each.tell(state.results);
  });
}

function showMetrics(section: HTMLElement): void {
  const name = make('input', {
    type: 'text',
    maxLength: 200,
    autocomplete: 'off',
    spellcheck: false,
  });
  const look = make('button', { textContent: 'Look' });
  const form = make('form', {}, make('label', {}, 'Names with ', name), ' ', look);
  const failure = statusLine();
  const { frame, pre } = scrolled('Metrics');
  frame.hidden = true;
  section.append(form, failure, frame);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const lookNow = async () => {
      const { text } = await change<{ text: string }>('/metrics/look', { name: name.value });
      frame.hidden = false;
      paint(pre, text);
      say(failure, `Seen at ${new Date().toLocaleTimeString('en-GB')}.`);
    };
    void alone(look, () => attempt(failure, lookNow));
  });
}

function showLoad(section: HTMLElement): void {
  const number = (value: string, step: string) =>
    make('input', { type: 'number', value, min: step, step, required: value !== '' });
  const [rps, seconds] = [number('5', '0.1'), number('', '1')];
  const start = make('button', { textContent: 'Start' });
  const stop = make('button', { type: 'button', textContent: 'Stop', hidden: true });
  const form = make(
    'form',
    {},
    make('label', {}, rps, ' requests per second'),
    ' ',
    make('label', {}, 'for ', seconds, ' s, or until you stop it'),
    ' ',
    start,
    stop,
  );
  const failure = statusLine();
  const { frame, pre } = scrolled('What came back');
  frame.hidden = true;
  section.append(form, failure, frame);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = { rps: rps.value, seconds: seconds.value };
    void attempt(failure, () => change('/load/start', body));
  });
  stop.addEventListener('click', () => attempt(failure, () => change('/load/stop')));
  let before = false;
  onEvent<LoadState>('load', ({ running, text }) => {
    const hadFocus = form.contains(document.activeElement) && running !== before;
    start.hidden = running;
    stop.hidden = !running;
    if (hadFocus) (running ? stop : start).focus();
    if (running !== before)
      say(failure, running ? 'Traffic is under way.' : 'The traffic is over.');
    before = running;
    frame.hidden = text === '';
    paint(pre, text);
  });
}

/** A line that says how something is, by a shape and by words. */
function stateLine() {
  const mark = make('span', { className: 'mark', ariaHidden: 'true' });
  const words = make('span');
  const line = make('p', { className: 'state', role: 'status' }, mark, ' ', words);
  const tell = (state: keyof typeof MARKS, text: string) => {
    line.dataset.state = state;
    say(mark, MARKS[state]);
    say(words, text);
  };
  return { line, tell };
}

/** Does what a button is for, unless that is under way. A button that is disabled would lose the focus. */
async function alone(button: HTMLElement, act: () => Promise<void>): Promise<void> {
  if (button.ariaBusy) return;
  button.ariaBusy = 'true';
  await act();
  button.ariaBusy = null;
}

/** Where it is said what has become of a click. */
function statusLine(): HTMLElement {
  return make('p', { className: 'said', role: 'status' });
}

/**
 * A text that is folded.
 * @param closes whether another one is folded again, so that nobody reads it unasked
 */
function folded(title: string, closes = false) {
  const { frame, pre } = scrolled(title);
  const fold = make('details', { hidden: true }, make('summary', {}, title), frame);
  let before = '';
  const tell = (text: string) => {
    fold.hidden = text === '';
    if (text === before) return;
    if (closes) fold.open = false;
    before = text;
    paint(pre, text);
  };
  return { fold, tell };
}

/** A text of any length, which the keyboard can scroll. */
function scrolled(label: string) {
  const pre = make('pre');
  const frame = make(
    'div',
    { className: 'scrolled', tabIndex: 0, role: 'region', ariaLabel: label },
    pre,
  );
  return { frame, pre };
}
