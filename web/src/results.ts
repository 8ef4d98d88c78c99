// Where a page shows what a command says: one at a time, with a Stop.
import { button, make, prose } from "./elements";
import { Stopped } from "./engine";
import type { Context } from "./page";

const NARROW = "(max-width: 56rem)"; // as in style.css

export interface Explained { said: string; svg: string; html: string }

export class Results {
  readonly place = make("section", { "aria-live": "polite", "aria-label": "Results", class: "results" });
  readonly stop: HTMLButtonElement;

  /** `busy` are the buttons that wait meanwhile, `before` comes first, `act` is what a command in a sentence does. */
  constructor(context: Context, private busy: HTMLButtonElement[], private before: () => void, private act: (command: string) => void) {
    this.stop = button("Stop", () => context.stop(), { disabled: "" });
  }

  /** Runs a command and shows what it says, or the sentence with which it is refused. */
  async during<T>(command: () => Promise<T>, show: (said: T) => Node[]): Promise<void> {
    this.before();
    this.busy.forEach((each) => (each.disabled = true));
    this.stop.disabled = false;
    this.place.setAttribute("aria-busy", "true");
    this.place.replaceChildren(make("p", {}, "Running …"));
    try {
      this.place.replaceChildren(...show(await command()));
    } catch (error) {
      const why = error instanceof Stopped ? "Stopped." : (error as Error).message;
      this.place.replaceChildren(make("p", {}, ...prose(why, this.act)));
    } finally {
      if (matchMedia(NARROW).matches) this.place.scrollIntoView(); // below an editor that is as tall as its file
      this.busy.forEach((each) => (each.disabled = false));
      this.stop.disabled = true;
      this.place.removeAttribute("aria-busy");
    }
  }

  /** Sentences, and what is set in as it was written. */
  readonly paragraphs = (text: string): Node[] => text.trim().split("\n\n").map((part) =>
    /^ {4}/m.test(part) ? make("pre", { tabindex: "0" }, part.replace(/^ {4}/gm, "")) : make("p", {}, ...prose(part, this.act)));

  readonly explained = (found: Explained): Node[] => {
    const nodes = this.paragraphs(found.said);
    if (found.html) nodes.push(make("iframe", { srcdoc: found.html, sandbox: "allow-scripts", title: "Stepper" }));
    if (found.svg) {
      const picture = make("img", { alt: "The graph with your numbers, as the text above says" });
      picture.src = `data:image/svg+xml,${encodeURIComponent(found.svg)}`;
      nodes.push(picture);
    }
    return nodes;
  };
}
