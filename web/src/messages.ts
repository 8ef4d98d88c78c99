// What the page and its workers say to each other; what a command answers is a record of grader/learner/messages.py.

/** A command of grader/learner/page.py, with all that it needs to know. */
export interface Request {
  command: string;
  arguments: unknown[];
  files: Record<string, string>;
  state: unknown;
  journal: Record<string, string>;
}

export type FromWorker =
  | { kind: "ready" }
  | { kind: "broken"; why: string }
  | { kind: "asks"; question: string; seconds: number }
  | { kind: "answers"; question: string; answer: string }
  | { kind: "said"; said: Said }
  | { kind: "lost"; why: string };

export interface Said {
  value?: unknown;
  refused?: string;
  state: unknown;
}

export interface Part {
  heading: string;
  exercises: Exercise[];
}

export interface Exercise {
  number: number;
  file: string;
  title: string;
  goal: string;
  tasks: string[];
  stub: string;
}

export interface Line {
  word: string;
  colour: string;
  title: string;
}

export interface Failure extends Line {
  task: string;
  message: string[];
  parts: string[];
  differences: { of: string; expected: string; got: string }[];
  lines: number[];
  also: string[];
}

export interface Report {
  title: string;
  passed: number;
  count: number;
  done: boolean;
  tasks: { name: string; checks: Line[] }[];
  failures: Failure[];
  reasons: { heading: string; title: string; paragraphs: string[]; alike: { heading: string; titles: string[] }[] }[];
  reading: { heading: string; sources: string[] } | null;
  sum: string;
  next: string;
}
