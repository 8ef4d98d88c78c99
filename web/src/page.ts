// The pages: home, an exercise, the playground. Which one is shown stands behind the # of the address.
import { showBench } from "./bench";
import { button, make } from "./elements";
import { Engine } from "./engine";
import { showExercise } from "./exercise";
import type { Exercise, Part } from "./messages";
import { playMoons } from "./moons";
import { showPlayground } from "./playground";
import { allChecks, allFiles, exported, imported, remember, standing, state } from "./store";
import { showTraining } from "./training";

const course = JSON.parse(document.getElementById("course")?.textContent ?? "{}") as Course;
const main = document.getElementById("main") as HTMLElement;
const runtime = document.getElementById("runtime") as HTMLElement;
const engine = new Engine();
let leave = (): void => undefined;

interface Course { title: string; answers: boolean; due: Record<string, string> }

export interface Context {
  main: HTMLElement;
  answers: boolean; // are given away
  ask(command: string, ...parts: unknown[]): Promise<unknown>;
  stop(): void;
}

const parts = fetch("contents.json").then((response) => response.json()) as Promise<Part[]>;
const names = async (): Promise<string[]> => (await exercises()).map((each) => each.file);
const exercises = async (): Promise<Exercise[]> => (await parts).flatMap((part) => part.exercises);

/** What a command of the kata says. Raises an Error with its sentence where it is refused. */
async function ask(command: string, ...given: unknown[]): Promise<unknown> {
  const said = await engine.run({ command, arguments: given, files: allFiles(await names()), state: state() });
  remember(said.state);
  if (said.refused !== undefined) throw new Error(said.refused);
  return said.value;
}

async function showHome(): Promise<() => void> {
  const known = await parts;
  const all = known.flatMap((part) => part.exercises);
  const next = all.find((each) => !standing(each.number)?.done);
  const picker = make("input", { type: "file", accept: ".zip", "aria-label": "Take files from a zip" });
  const told = make("p", { role: "status" });
  const take = async (): Promise<void> => {
    const file = picker.files?.[0];
    if (!file) return;
    try {
      const found = await imported(file, await exercises());
      told.textContent = found.length ? `Taken from the zip: ${found.join(", ")}.` : "There is no exercise in this zip.";
    } catch {
      told.textContent = "This file cannot be read as a zip.";
    }
  };
  picker.addEventListener("change", () => void take());
  const picture = make("canvas", { width: "480", height: "360", role: "img", "aria-label": "A network learns to which of two moons a point belongs" });
  main.replaceChildren(
    make("div", { class: "welcome" }, make("div", {},
    make("h1", {}, course.title),
    make("p", {}, "You write the engine that trains neural networks: a number that remembers how it was made, and the way back through it. ",
      "Checks say what is right and, where it is wrong, what you may have believed. Everything runs in this browser, also without a network."),
    make("p", {}, next ? make("a", { class: "next", href: `#/exercise/${next.number}` }, `Go on with exercise ${next.number}: ${next.title}`) : "All exercises are done."),
    ), picture),
    make("p", { class: "notice" }, "Your work is kept in this browser alone, which may empty its store. Take a zip of it now and then."),
    make("div", { class: "bar" }, button("Save my work as a zip", () => void download()), make("label", {}, "Take a zip back: ", picker)),
    told,
    ...known.flatMap((part) => [
      make("h2", {}, part.heading),
      make("ul", { class: "exercises" }, ...part.exercises.map((each) => make("li", {}, card(each)))),
    ]),
  );
  return playMoons(picture);
}

function card(each: Exercise): HTMLElement {
  const how = standing(each.number);
  const due = course.due[each.number];
  return make("a", { href: `#/exercise/${each.number}`, class: how?.done ? "done" : "" },
    make("strong", {}, `${each.number}. ${each.title}`), each.goal,
    make("small", {}, how ? `${how.passed} of ${how.count} checks pass` : "not checked yet", due ? `, due ${due}` : ""));
}

async function download(): Promise<void> {
  const files = Object.fromEntries((await exercises()).map((each) => [each.file, each.stub]));
  const link = make("a", { href: URL.createObjectURL(exported({ ...files, ...allFiles(await names()), ...allChecks(await exercises()) })), download: "minigrad.zip" });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function show(): Promise<void> {
  leave();
  leave = () => undefined;
  const [, page, number] = location.hash.split("/");
  const all = await exercises();
  const chosen = all.find((each) => String(each.number) === number);
  const context: Context = { main, answers: course.answers, ask, stop: () => engine.stop() };
  if (page === "exercise" && chosen) leave = await showExercise(context, chosen);
  else if ((page === "catch" || page === "repair") && chosen) leave = showBench(context, chosen, page);
  else if (page === "play") leave = showPlayground(context);
  else if (page === "train") leave = await showTraining(context);
  else leave = await showHome();
  document.title = `${main.querySelector("h1")?.textContent ?? ""} · ${course.title}`;
  scrollTo(0, 0);
}

addEventListener("hashchange", () => void show());
void show();
runtime.textContent = "Python is starting …";
engine.ready.then(
  () => { runtime.textContent = "Python is ready."; },
  (error: unknown) => { runtime.textContent = `Python did not start: ${(error as Error).message}`; },
);
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("offline.js");
