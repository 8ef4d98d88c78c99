// The editor: the learner's whole file, with the lesson at its top folded away, and marks on lines that went wrong.
import { autocompletion, closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, insertTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching, codeFolding, foldEffect, foldGutter, HighlightStyle, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
import { EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([ // of the palette: light and dark
  { tag: tags.keyword, color: "var(--link)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.comment, color: "var(--quiet)" },
  { tag: tags.definition(tags.variableName), fontWeight: "600" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const mark = StateEffect.define<number[]>();
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, change) {
    let now = shown.map(change.changes);
    for (const effect of change.effects) if (effect.is(mark)) now = decorated(change.state, effect.value);
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorated(state: EditorState, lines: number[]): DecorationSet {
  const known = [...new Set(lines)].filter((line) => line >= 1 && line <= state.doc.lines);
  return RangeSet.of(known.map((line) => Decoration.line({ class: "wrong" }).range(state.doc.line(line).from)), true);
}

export class Editor {
  readonly view: EditorView;

  /** `folded`: the text at the file's top is a lesson that stands beside the editor. */
  constructor(parent: HTMLElement, text: string, changed: () => void, run: () => void, private readonly folded = true) {
    const keys = keymap.of([
      { key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => (run(), true) },
      { key: "Tab", run: insertSpaces, shift: indentLess },
      { key: "Escape", run: (view) => (view.contentDOM.blur(), true) }, // so that Tab can leave
      ...defaultKeymap,
      ...historyKeymap,
    ]);
    const extensions = [
      lineNumbers(), foldGutter(), codeFolding(), history(), bracketMatching(), closeBrackets(),
      autocompletion({ activateOnTyping: false }), python(), indentUnit.of("    "),
      syntaxHighlighting(colours), marks, keys, EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Your file. Escape, then Tab, leaves the editor." }),
      EditorView.updateListener.of((update) => { if (update.docChanged) changed(); }),
    ];
    this.view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
    this.view.scrollDOM.tabIndex = 0; // so that keys can scroll it
    this.foldLesson();
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.foldLesson();
  }

  mark(lines: number[]): void {
    this.view.dispatch({ effects: mark.of(lines) });
  }

  private foldLesson(): void {
    const found = /^"""[^\n]*(\n[\s\S]*?""")/.exec(this.text);
    if (this.folded && found?.[1]) {
      const from = found[0].length - found[1].length;
      this.view.dispatch({ effects: foldEffect.of({ from, to: found[0].length }) });
    }
  }
}

function insertSpaces(view: EditorView): boolean {
  if (!view.state.selection.main.empty) return insertTab(view);
  view.dispatch(view.state.replaceSelection("    "));
  return true;
}
