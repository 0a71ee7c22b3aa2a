import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  bracketMatching,
  HighlightStyle,
  LanguageSupport,
  LRLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { parser } from '@prometheus-io/lezer-promql';
import { AGGREGATIONS, FUNCTIONS, WORDS } from './functions.ts';
import { labels, metrics, values } from './names.ts';
import { metricsIn, placeAt } from './place.ts';

/** An editor of a query. */
export interface Editor {
  text(): string;
  replace(text: string): void;
  focus(): void;
}

/** Puts an editor into an element. */
export function createEditor(
  parent: HTMLElement,
  {
    name,
    text,
    onChange,
    onTry,
  }: {
    /** For those who do not see it. */
    readonly name: string;
    readonly text: string;
    readonly onChange: () => void;
    /** Ctrl-Enter was typed. */
    readonly onTry: () => void;
  },
): Editor {
  // The page's policy takes no style sheet but its own; one that is adopted within a root is.
  const root = parent.attachShadow({ mode: 'open' });
  const run = () => {
    onTry();
    return true;
  };
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Ctrl-Enter', run },
            { mac: 'Cmd-Enter', run },
          ]),
        ),
        history(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ override: [complete], icons: false }),
        // Tab leads on to the next part of the page, and not into the list, which scrolls.
        keymap.of([
          { key: 'Tab', run: (view) => closeCompletion(view) && false },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        new LanguageSupport(LRLanguage.define({ parser })),
        syntaxHighlighting(COLORS),
        THEME,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': name, spellcheck: 'false' }),
        OVER_SELECTION,
        EditorView.updateListener.of(({ docChanged }) => docChanged && onChange()),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace(doc) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: doc } });
    },
    focus: () => view.focus(),
  };
}

/**
 * Types over what is selected. Left to itself a browser keeps the colors of what it replaces by an
 * inline style, which the page's policy refuses aloud.
 */
const OVER_SELECTION = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const { inputType, data } = event;
    if (inputType !== 'insertText' || !data || empty || view.composing) return false;
    event.preventDefault();
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type' });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Offers what fits at the cursor: functions, and the learner's own names and values. */
async function complete({
  state,
  pos,
  explicit,
}: CompletionContext): Promise<CompletionResult | null> {
  const place = placeAt(state.sliceDoc(0, pos));
  if (!place || (!explicit && place.kind === 'name' && place.from === pos)) return null;
  const { from } = place;
  switch (place.kind) {
    case 'value': {
      const known = await values(place.label, place.metric);
      return { from, options: known.map(ofValue), validFor: /^[^"'`]*$/ };
    }
    case 'label': {
      const named = place.metric ? [place.metric] : metricsIn(state.sliceDoc());
      const lists = await Promise.all(named.map((metric) => labels(metric)));
      const found = [...new Set(lists.flat())];
      const all = found.length > 0 ? found : await labels(undefined);
      const options = all
        .filter((label) => label !== '__name__')
        .map(place.condition ? ofCondition : ofLabel);
      return { from, options, validFor: /^\w*$/ };
    }
    case 'name': {
      const own = await metrics();
      const options = [
        ...own.map(({ name, type, help }) => ({ label: name, detail: type, info: help, boost: 2 })),
        ...Object.entries(FUNCTIONS).map(([label, detail]) => ofCall(label, detail)),
        ...Object.entries(AGGREGATIONS).map(([label, detail]) => ofCall(label, detail)),
        ...WORDS.map((label) => ({ label, boost: -1 })),
      ];
      return { from, options, validFor: /^[\w:]*$/ };
    }
  }
}

function ofLabel(label: string): Completion {
  return { label };
}

/** A label with the quotes that its value stands in, and the values at once. */
function ofCondition(label: string): Completion {
  return {
    label,
    apply(view, _, from, to) {
      view.dispatch({
        changes: { from, to, insert: `${label}=""` },
        selection: { anchor: from + label.length + 2 },
      });
      startCompletion(view);
    },
  };
}

function ofValue(label: string): Completion {
  return { label, apply: label.replaceAll('\\', '\\\\').replaceAll('"', '\\"') };
}

/** A call with its parentheses, and the cursor between them. */
function ofCall(label: string, detail: string): Completion {
  return {
    label,
    detail,
    apply(view, _, from, to) {
      const there = view.state.sliceDoc(to, to + 1) === '(';
      view.dispatch({
        changes: { from, to, insert: there ? label : `${label}()` },
        selection: { anchor: from + label.length + 1 },
      });
    },
  };
}

const COLORS = HighlightStyle.define([
  {
    tag: [tags.function(tags.variableName), tags.operatorKeyword, tags.logicOperator],
    color: 'var(--call)',
  },
  { tag: tags.modifier, color: 'var(--call)' },
  { tag: tags.string, color: 'var(--value)' },
  { tag: tags.number, color: 'var(--value)' },
  { tag: tags.labelName, color: 'var(--name)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.invalid, textDecoration: 'underline wavy var(--bad)' },
]);

/** By the colors of the page, which follow its theme. */
const THEME = EditorView.theme({
  '&': {
    color: 'var(--text)',
    backgroundColor: 'var(--back)',
    border: '1px solid var(--quiet)',
    borderRadius: '0.4rem',
    fontSize: '0.9em',
  },
  '&.cm-focused': { outline: '3px solid var(--link)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { minHeight: '3.2em', caretColor: 'var(--text)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--quiet)',
  },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--soft)',
    border: '1px solid var(--quiet)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    maxWidth: 'min(36rem, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.15rem 0.5rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--back)',
    backgroundColor: 'var(--link)',
  },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.85' },
  '.cm-completionInfo': { padding: '0.3rem 0.6rem', maxWidth: '20rem' },
});
