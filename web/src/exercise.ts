// An exercise: the lesson beside the editor, below it what the checks say.
import { Editor } from "./editor";
import { button, make, prose } from "./elements";
import type { Exercise, Report } from "./messages";
import type { Context } from "./page";
import { reportOf } from "./report";
import { type Explained, Results } from "./results";
import { backUp, backups, changed, fileOf, save, stands } from "./store";

const PAUSE = 400; // milliseconds without a key, after which the file is saved

export async function showExercise(context: Context, exercise: Exercise): Promise<() => void> {
  const lesson = await fetch(`lessons/${exercise.file.replace(/\.py$/, "")}.html`).then((response) => response.text());
  const read = make("article", { class: "lesson", tabindex: "0", "aria-label": "The lesson" });
  read.append(...new DOMParser().parseFromString(lesson, "text/html").body.childNodes); // made with the site, not by a learner
  const place = make("div", { class: "editor" });
  const saved = make("span", { class: "saved", role: "status" });
  const busy = [
    button("Run checks", () => void check(), { class: "main", title: "Ctrl-Enter" }),
    button("Hint", () => act(`hint-${exercise.number}`)),
    button("Explain", () => act(`explain-${exercise.number}`)),
    button("Reset", () => reset()),
    button("Catch", () => act(`catch-${exercise.number}`), { title: "Write checks that catch wrong engines" }),
    ...(context.answers ? [button("Repair", () => act(`repair-${exercise.number}`), { title: "Find the mistake in somebody's engine" })] : []),
  ];
  const results = new Results(context, busy, () => { if (timer) keep(); }, act);
  const older = make("select", { "aria-label": "Backups of this file" });
  const work = make("div", {}, make("div", { class: "bar" }, ...busy, results.stop, older, saved), place, results.place);
  const down = button("Go to your file", () => work.scrollIntoView(), { class: "down" }); // where one stands below the other
  context.main.replaceChildren(make("div", { class: "columns" }, make("div", { class: "reading" }, down, read), work));

  let timer = 0;
  const keep = (): void => {
    clearTimeout(timer);
    timer = 0;
    try {
      save(exercise.file, editor.text);
      saved.textContent = "Saved in this browser.";
    } catch {
      saved.textContent = "This browser keeps nothing: save a zip from the first page.";
    }
  };
  const edited = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(keep, PAUSE);
  };
  const editor = new Editor(place, fileOf(exercise.file) ?? exercise.stub, edited, () => void check());

  function listBackups(): void {
    const kept = backups(exercise.file);
    older.hidden = !kept.length;
    older.replaceChildren(make("option", {}, "Backups"),
      ...kept.map(({ at }, place) => make("option", { value: String(place) }, new Date(at).toLocaleString())));
  }
  older.addEventListener("change", () => {
    const chosen = backups(exercise.file)[Number(older.value)];
    if (!chosen) return;
    keep();
    replaceBy(chosen.text);
  });
  listBackups();

  const elsewhere = (event: StorageEvent): void => {
    if (!changed(event, exercise.file) || event.newValue === null || event.newValue === editor.text) return;
    if (timer) backUp(exercise.file);
    editor.text = event.newValue;
    clearTimeout(timer); // no edit of this window: kept again, it would undo what is typed there meanwhile
    timer = 0;
    saved.textContent = "Changed in another window.";
  };
  const leaving = (): void => { if (timer) keep(); };
  addEventListener("storage", elsewhere);
  addEventListener("pagehide", leaving);

  const check = (): Promise<void> => results.during(() => context.ask("check", exercise.number) as Promise<Report>, (report) => {
    stands(exercise.number, report);
    editor.mark(report.failures.flatMap((failure) => failure.lines));
    return [reportOf(report, act)];
  });

  /** What a command in a sentence does here. */
  function act(command: string): void {
    const [, name = "", number = "", force = ""] = /^([a-z-]+?)(?:-(\d+))?( FORCE=1)?$/.exec(command) ?? [];
    const chosen = Number(number);
    if (name === "hint") void results.during(() => context.ask("hint", chosen) as Promise<string>, results.paragraphs);
    else if (name === "explain") void results.during(() => context.ask("explain", chosen) as Promise<Explained>, results.explained);
    else if (name === "solution") void results.during(() => context.ask("solution", chosen, Boolean(force)) as Promise<Solution>, beside);
    else if (name === "test-exercise" && chosen === exercise.number) void check();
    else if (name === "test-exercise") location.hash = `#/exercise/${chosen}`;
    else if (name === "reset") reset();
    else if (name === "catch" || name === "repair") location.hash = `#/${name}/${chosen}`;
    else if (name === "train") location.hash = "#/train";
    else if (name === "step") location.hash = "#/play";
    else location.hash = "#/";
  }

  function beside({ tasks, style }: Solution): Node[] {
    const both = tasks.flatMap((each) => [make("h3", {}, make("code", {}, each.task)), make("div", { class: "beside" },
      ...[["yours", each.mine], ["worked answer", each.answer]].map(([heading = "", code = ""]) =>
        make("div", {}, make("h4", {}, heading), make("pre", { tabindex: "0" }, code))))]);
    if (!style) return both;
    return [...both, make("h3", {}, "in another style"), make("p", {}, ...prose(style.said, act)), make("pre", { tabindex: "0" }, style.code)];
  }

  function reset(): void {
    if (!confirm("Start this exercise afresh? Your file is kept as a backup.")) return;
    keep();
    replaceBy(exercise.stub);
  }

  /** Puts another text into the editor; the file as it was is kept as a backup. */
  function replaceBy(text: string): void {
    backUp(exercise.file);
    editor.text = text;
    keep();
    listBackups();
  }

  return () => {
    leaving();
    removeEventListener("storage", elsewhere);
    removeEventListener("pagehide", leaving);
    editor.view.destroy();
    context.stop();
  };
}

interface Solution { tasks: { task: string; mine: string; answer: string }[]; style: { said: string; code: string } | null }
