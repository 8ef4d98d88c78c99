// A worker with a Python in it, which runs the kata's own code: grader/learner/page.py answers every request.
import { instance } from "@viz-js/viz";
import type { FromWorker, Request, Said } from "./messages";

interface Python {
  FS: { mkdirTree(path: string): void; chdir(path: string): void };
  unpackArchive(bytes: ArrayBuffer, format: string, options: { extractDir: string }): void;
  runPython(code: string): unknown;
  pyimport(name: string): { begin(...parts: unknown[]): void; answer(...parts: unknown[]): string };
  setInterruptBuffer(buffer: unknown): void;
}

const HOME = "/kata";
const GIVEN_AWAY = ["catch", "repair", "explain_repair"]; // which know more where the answers are given away
const ALARM = 14; // SIGALRM
const DEEPEST = 500; // calls; with a thousand, a method that calls itself ends the interpreter before Python sees it
const say = (message: FromWorker): void => postMessage(message);

/** Stands where Python looks for signals, and has one when the time is up: the same alarm as in a terminal. */
const alarm = {
  due: Infinity,
  again: 0,
  set: (seconds: number, interval: number): void => {
    alarm.due = seconds ? performance.now() + 1000 * seconds : Infinity;
    alarm.again = 1000 * interval;
  },
  get 0(): number {
    if (performance.now() < alarm.due) return 0;
    alarm.due = alarm.again ? performance.now() + alarm.again : Infinity;
    return ALARM;
  },
  set 0(_: number) {
    // Python says that it has seen the signal
  },
};

async function start(): Promise<(request: Request) => string> {
  const address = "./pyodide/pyodide.mjs";
  const [{ loadPyodide }, kata, viz] = await Promise.all([
    import(/* @vite-ignore */ address) as Promise<{ loadPyodide: (options: object) => Promise<Python> }>,
    fetch("kata.zip").then((response) => response.arrayBuffer()),
    instance(),
  ]);
  const python = await loadPyodide({ stdin: () => null });
  python.FS.mkdirTree(HOME);
  python.unpackArchive(kata, "zip", { extractDir: HOME });
  python.FS.chdir(HOME);
  python.runPython(`import sys, gc; sys.path[:0] = ["${HOME}", "${HOME}/packages"]; gc.set_threshold(100_000, 20, 100)`);
  python.runPython(`sys.setrecursionlimit(${DEEPEST})`);
  const page = python.pyimport("grader.learner.page");
  const draw = (source: string, kind: string): string => (kind === "svg" ? viz.renderString(source, { format: "svg" }) : "");
  page.begin(alarm.set, draw);
  python.setInterruptBuffer(alarm);
  say({ kind: "ready" });
  const asks = (question: string, seconds: number): void => say({ kind: "asks", question, seconds });
  const answers = (question: string, answer: string): void => say({ kind: "answers", question, answer });
  let more = python.runPython("import importlib.util; importlib.util.find_spec('grader.course') is not None");
  return (request) => {
    if (more && GIVEN_AWAY.includes(request.command)) {
      python.pyimport("grader.course.release.site.self_study").begin();
      more = false;
    }
    return page.answer(JSON.stringify(request), asks, answers);
  };
}

const started = start();
started.catch((error: unknown) => say({ kind: "broken", why: String(error) }));
onmessage = async (event: MessageEvent<Request>): Promise<void> => {
  const answer = await started;
  try {
    say({ kind: "said", said: JSON.parse(answer(event.data)) as Said });
  } catch (error) {
    say({ kind: "lost", why: String(error) }); // the interpreter itself has ended, or has a bug
  }
};
