// Two games on known mistakes: catch wrong engines with one's own checks, and repair an engine that has one.
import { Editor } from "./editor";
import { button, make } from "./elements";
import type { Exercise } from "./messages";
import type { Context } from "./page";
import { type Explained, Results } from "./results";
import { backUp, checksOf, fileOf, save } from "./store";

const PAUSE = 400; // milliseconds without a key, after which the file is saved
const HEADINGS = { catch: "Catch wrong engines", repair: "Repair an engine" };

interface Told { said: string; text: string }

export function showBench(context: Context, exercise: Exercise, game: "catch" | "repair"): () => void {
  const name = game === "catch" ? checksOf(exercise) : `repair/${exercise.file}`;
  const place = make("div", { class: "editor" });
  const go = button(game === "catch" ? "Try my checks" : "Run checks", () => void run(), { class: "main", title: "Ctrl-Enter" });
  const again = button("Another engine", () => void anew());
  const busy = game === "catch" ? [go] : [go, again];
  let timer = 0;
  const keep = (): void => {
    clearTimeout(timer);
    timer = 0;
    save(name, editor.text);
  };
  const results = new Results(context, busy, () => { if (timer) keep(); }, act);
  context.main.replaceChildren(
    make("h1", {}, `${HEADINGS[game]}: exercise ${exercise.number}, ${exercise.title}`),
    make("div", { class: "bar" }, ...busy, results.stop, make("a", { href: `#/exercise/${exercise.number}` }, "To the exercise")),
    place, results.place);
  const edited = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(keep, PAUSE);
  };
  const editor = new Editor(place, fileOf(name) ?? "", edited, () => void run(), game === "repair");
  const leaving = (): void => { if (timer) keep(); };
  addEventListener("pagehide", leaving);

  /** The command, on the file as it is kept; the file that it makes is shown. */
  async function run(): Promise<void> {
    await results.during(() => context.ask(game, exercise.number, fileOf(name)) as Promise<Told>, ({ said, text }) => {
      if (text !== fileOf(name)) {
        backUp(name);
        save(name, text);
        editor.text = text;
        keep();
      }
      return results.paragraphs(said);
    });
  }

  async function anew(): Promise<void> {
    if (!confirm("Begin with another engine? What you have now is kept as a backup.")) return;
    keep();
    await results.during(() => context.ask(game, exercise.number, null) as Promise<Told>, ({ said, text }) => {
      backUp(name);
      editor.text = text;
      keep();
      return results.paragraphs(said);
    });
  }

  /** What a command in a sentence does here. */
  function act(command: string): void {
    const [, verb = "", number = "", more = ""] = /^([a-z-]+?)(?:-(\d+))?( \S+)?$/.exec(command) ?? [];
    const again = verb === game || (verb === "test-exercise" && game === "repair"); // of the engine that is here
    if (again && Number(number) === exercise.number) void (more ? anew() : run());
    else if (verb === "explain" && game === "repair")
      void results.during(() => context.ask("explain_repair", exercise.number, fileOf(name)) as Promise<Explained>, results.explained);
    else location.hash = `#/exercise/${number || exercise.number}`;
  }

  if (fileOf(name) === null) void run();
  return () => {
    leaving();
    removeEventListener("pagehide", leaving);
    editor.view.destroy();
    context.stop();
  };
}
