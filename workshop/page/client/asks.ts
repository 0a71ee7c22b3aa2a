import type { AskAnswer, AsksAnswer, Conflict, SolutionAnswer, TryAnswer } from '../said.ts';
import { ask, change, NotDone } from './connection.ts';
import { make, say } from './dom.ts';
import { createEditor, type Editor } from './editor.ts';
import { failureOf, rowsOf } from './queries.ts';
import { inline, tableOf } from './table.ts';

/** A question in the text. */
interface Place {
  /** Takes what is in the file now, unless the learner has written something else here. */
  take(answer: AskAnswer, version: string): void;
  /** The page itself has changed the file from one version to another. */
  moved(from: string, to: string): void;
}

/** Gives each question its editor. */
export async function startAsks(sections: readonly HTMLElement[]): Promise<void> {
  const places = new Map<string, Place>();
  const failure = make('p', { className: 'status', role: 'status' });
  const read = async () => {
    try {
      const { version, asks } = await ask<AsksAnswer>('/asks');
      failure.remove();
      for (const section of sections) {
        const { ask: id } = section.dataset;
        if (!id || !asks[id]) continue;
        const moved = (from: string, to: string) => {
          for (const place of places.values()) place.moved(from, to);
        };
        const place = places.get(id) ?? createPlace(section, id, moved);
        places.set(id, place);
        place.take(asks[id], version);
      }
    } catch (error) {
      say(failure, (error as Error).message);
      sections[0]!.before(failure);
    }
  };
  // The learner may write in an editor of their own, too.
  window.addEventListener('focus', () => void read());
  await read();
}

function createPlace(
  section: HTMLElement,
  id: string,
  moved: (from: string, to: string) => void,
): Place {
  /** What the page has read of the file last. */
  let known: { part: string; version: string } | undefined;
  let busy = false;

  const state = make('p', { className: 'state' });
  const host = make('div', { className: 'editor' });
  const tryButton = make('button', { type: 'button', textContent: 'Try it' });
  const showButton = make('button', { type: 'button', textContent: 'Show the solution' });
  const keys = make('span', {
    className: 'keys',
    textContent: 'Ctrl-Enter tries it, Ctrl-Space lists names, Tab leaves the editor.',
  });
  const bar = make('div', { className: 'run' }, tryButton, showButton, keys);
  const conflict = make('div', { className: 'conflict', role: 'alert' });
  const status = make('p', { className: 'status', role: 'status' });
  const answer = make('div', { className: 'answer' });
  const solution = make('div');
  section.append(state, host, bar, conflict, status, answer, solution);
  section.querySelector('.type')?.remove();
  const editor: Editor = createEditor(host, {
    name: `Your query for question ${id}. Ctrl-Enter tries it, Tab leaves the editor.`,
    text: draftOf(id)?.part ?? '',
    onChange: keep,
    onTry: () => void tryNow(),
  });
  tryButton.addEventListener('click', () => void tryNow());
  showButton.addEventListener('click', () => void showNow());

  /** Whether something is written here that the file has not. */
  function differs(): boolean {
    return known !== undefined && editor.text().trim() !== known.part.trim();
  }

  function keep(): void {
    const { part: base, version } = known ?? { part: '', version: '' };
    keepDraft(id, differs() ? { part: editor.text(), base, version } : undefined);
  }

  function describe({ state: words, tried }: AskAnswer): void {
    say(state, words && `${/right/.test(words) ? '✓ ' : ''}${words}`);
    showButton.hidden = !tried;
  }

  async function tryNow(): Promise<void> {
    if (busy || !known) return;
    busy = true;
    tryButton.ariaBusy = 'true';
    say(status, 'Trying it…');
    const part = editor.text();
    let again = false;
    try {
      const tried = await change<TryAnswer>('/asks/try', { id, part, version: known.version });
      conflict.replaceChildren();
      saved(tried);
      describe(tried);
      showTried(tried);
    } catch (error) {
      answer.replaceChildren();
      say(status, '');
      const said = error instanceof NotDone ? (error.said as Partial<Conflict>) : {};
      if (said.version === undefined || said.part === undefined) {
        status.append(...failureOf(error as Error));
      } else if (said.part === known.part) {
        // Only something else in the file has changed, and that is kept: it has been read now.
        known = { part: said.part, version: said.version };
        again = true;
      } else showConflict(said as Conflict);
    } finally {
      busy = false;
      tryButton.ariaBusy = null;
    }
    if (again) await tryNow();
  }

  /** What was tried is what the file holds now. */
  function saved({ part, version }: { part: string; version: string }): void {
    const { version: before } = known!;
    known = { part, version };
    if (before !== version) moved(before, version);
    keep();
  }

  function showTried({
    right,
    head,
    error,
    place,
    compared,
    says,
    live,
    next,
    problem,
  }: TryAnswer): void {
    const mark = right ? '✓' : '✗';
    status.replaceChildren(
      make('strong', { className: right ? 'right' : 'wrong', textContent: `${mark} ${head}` }),
      ' ',
      ...inline(says),
    );
    answer.replaceChildren();
    if (error !== undefined) {
      answer.append(make('p', {}, ...failureOf(new NotDone(error, { place }))));
    }
    if (compared) {
      const { head: columns, rows, more } = compared;
      const cells = more > 0 ? [...rows, [`… and ${more} more`, '', '']] : rows;
      answer.append(
        tableOf({ caption: 'What was expected, and what came back', head: columns, rows: cells }),
      );
    }
    if (live && live.rows.length > 0) answer.append(rowsOf(live.title, `question ${id}`, live));
    else if (live) answer.append(make('p', { textContent: `${live.title}: nothing comes back.` }));
    if (problem) answer.append(make('p', { textContent: problem }));
    if (next) {
      const there = document.querySelector<HTMLElement>(`section.ask[data-ask="${next.id}"]`);
      const words = `Next: ${next.head}`;
      if (there) there.id = `ask-${next.id}`;
      const link = make('a', { href: `#ask-${next.id}`, textContent: words });
      answer.append(make('p', {}, there ? link : words));
    }
  }

  /** The file is another than the one that was read: both are shown, and the learner chooses. */
  function showConflict({ message, part, version }: Conflict): void {
    const theirs = make('button', { type: 'button', textContent: 'Take what the file has' });
    const mine = make('button', { type: 'button', textContent: 'Keep what is here, and try it' });
    theirs.addEventListener('click', () => {
      known = { part, version };
      editor.replace(part);
      conflict.replaceChildren();
      editor.focus();
    });
    mine.addEventListener('click', () => {
      // The learner has seen what is there now.
      known = { part, version };
      conflict.replaceChildren();
      editor.focus();
      void tryNow();
    });
    conflict.replaceChildren(
      make('p', {}, make('strong', { textContent: message })),
      make('p', { textContent: 'In the file:' }),
      make('pre', {}, make('code', { textContent: part || '(nothing)' })),
      make('p', { textContent: 'Here:' }),
      make('pre', {}, make('code', { textContent: editor.text() })),
      make('p', { className: 'run' }, theirs, mine),
    );
  }

  async function showNow(): Promise<void> {
    try {
      const {
        solution: query,
        says,
        state: words,
      } = await change<SolutionAnswer>('/asks/solution', { id });
      describe({ part: '', state: words, tried: true });
      solution.replaceChildren(
        make('p', { textContent: 'A solution:' }),
        make('pre', {}, make('code', { textContent: query })),
        make('p', {}, ...inline(says)),
        make('p', { textContent: 'Type it by hand, change a part of it, and see.' }),
      );
    } catch (error) {
      solution.replaceChildren(make('p', {}, ...failureOf(error as Error)));
    }
  }

  return {
    take(now, version) {
      describe(now);
      const draft = known ? undefined : draftOf(id);
      // Written here before the page was loaded again.
      if (draft) known = { part: draft.base, version: draft.version };
      if (!differs()) {
        known = { part: now.part, version };
        if (differs()) editor.replace(now.part);
      } else if (known!.part === now.part) {
        // Something else in the file has changed: that is kept whatever is written here.
        known = { part: now.part, version };
      }
    },
    moved(from, to) {
      if (known?.version === from) known = { ...known, version: to };
    },
  };
}

/** What is written here and not in the file yet, and what the file had when that was begun. */
interface Draft {
  readonly part: string;
  readonly base: string;
  readonly version: string;
}

function draftOf(id: string): Draft | undefined {
  try {
    const draft = JSON.parse(
      sessionStorage.getItem(`ask ${id}`) ?? 'null',
    ) as Partial<Draft> | null;
    const whole =
      draft && [draft.part, draft.base, draft.version].every((one) => typeof one === 'string');
    return whole ? (draft as Draft) : undefined;
  } catch {
    return undefined;
  }
}

function keepDraft(id: string, draft: Draft | undefined): void {
  try {
    if (draft) sessionStorage.setItem(`ask ${id}`, JSON.stringify(draft));
    else sessionStorage.removeItem(`ask ${id}`);
  } catch {
    // The browser keeps nothing: then a reload forgets it.
  }
}
