// Python seen from the page: one at work, another ready to take its place.
import type { FromWorker, Request, Said } from "./messages";

const GRACE = 2000; // milliseconds more for code that does not listen to the alarm
const TRIES = 40; // Pythons that one command may cost

export class Stopped extends Error {}

interface Python {
  worker: Worker;
  ready: Promise<void>;
}

function open(): Python {
  const worker = new Worker("worker.js", { type: "module" });
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      if (event.data.kind === "ready") resolve();
      if (event.data.kind === "broken") reject(new Error(event.data.why));
    });
  });
  ready.catch(() => undefined);
  return { worker, ready };
}

export class Engine {
  private python = open();
  private spare: Python | null = null;
  private stopping: (() => void) | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  readonly ready = this.python.ready;

  constructor() {
    void this.ready.then(() => (this.spare ??= open())); // not before the first one is there
  }

  /** Ends what is running. */
  stop(): void {
    this.stopping?.();
  }

  /** What a command says, one after the other. */
  run(request: Omit<Request, "journal">): Promise<Said> {
    const said = this.turn.then(() => this.answered(request));
    this.turn = said.catch(() => undefined);
    return said;
  }

  /** A Python that gives no answer is ended, and another goes on behind that question. */
  private async answered(request: Omit<Request, "journal">): Promise<Said> {
    const journal: Record<string, string> = {};
    for (let tries = 0; tries < TRIES; tries++) {
      await this.python.ready;
      const said = await this.ask({ ...request, journal });
      if (said !== null) return said;
      this.replace();
    }
    throw new Error("Python was lost too often.");
  }

  private ask(request: Request): Promise<Said | null> {
    const { worker } = this.python;
    const { journal } = request;
    let open: string | null = null;
    let timer = 0;
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        this.stopping = null;
        worker.onmessage = null;
      };
      const lost = (how: string): void => {
        over();
        if (open === null) reject(new Error(how));
        else {
          journal[open] = how;
          resolve(null);
        }
      };
      this.stopping = () => {
        over();
        this.replace();
        reject(new Stopped());
      };
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === "asks") {
          open = data.question;
          if (data.seconds) timer = window.setTimeout(() => lost("late"), 1000 * data.seconds + GRACE);
        } else if (data.kind === "answers") {
          clearTimeout(timer);
          journal[data.question] = data.answer;
          open = null;
        } else if (data.kind === "said") {
          over();
          resolve(data.said);
        } else if (data.kind === "lost") {
          if (open === null) console.error(data.why);
          lost(open === null ? data.why : "lost");
        }
      };
      worker.postMessage(request);
    });
  }

  private replace(): void {
    this.python.worker.terminate();
    this.python = this.spare ?? open();
    this.spare = null;
    void this.python.ready.then(() => (this.spare ??= open()));
  }
}
