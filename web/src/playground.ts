// The playground: any expression, with leaves that can be dragged, played by the stepper.
import { button, make } from "./elements";
import type { Context } from "./page";

const EXAMPLE = "d = a * b\ne = d + c\nf = e.tanh()";
const LEAVES = "a=2 b=-3 c=7";

export function showPlayground(context: Context): () => void {
  const lines = make("textarea", { rows: "4", "aria-label": "Expression", spellcheck: "false" }, EXAMPLE);
  const values = make("input", { "aria-label": "Values", value: LEAVES });
  const mine = make("input", { type: "checkbox", id: "mine" });
  const leaves = make("div", { class: "leaves" });
  const told = make("p", { role: "status" });
  const frame = make("iframe", { sandbox: "allow-scripts", title: "Stepper" });
  context.main.replaceChildren(make("h1", {}, "Playground"),
    make("div", { class: "columns" }, make("div", {}, lines,
      make("p", { class: "bar" }, make("label", {}, "Values ", values), make("label", { for: "mine" }, mine, " on my own engine"),
        button("Play", () => void play(), { class: "main" })), leaves, told), frame));
  let running = false;
  let again = false;

  function numbers(): Record<string, number> {
    const pairs = values.value.split(/[\s,]+/).filter(Boolean).map((part) => part.split("="));
    return Object.fromEntries(pairs.map(([name = "", number = ""]) => [name, Number(number)]));
  }

  async function play(): Promise<void> {
    again = running;
    if (running) return;
    running = true;
    try {
      const page = (await context.ask("play", lines.value, numbers(), mine.checked)) as { html: string; said: string };
      frame.srcdoc = page.html;
      told.textContent = page.said;
    } catch (error) {
      told.textContent = (error as Error).message;
    }
    running = false;
    if (again) void play();
  }

  function drawLeaves(): void {
    leaves.replaceChildren(...Object.entries(numbers()).map(([name, number]) => {
      const slider = make("input", { type: "range", min: "-10", max: "10", step: "0.1", value: String(number), "aria-label": name });
      slider.addEventListener("input", () => {
        values.value = Object.entries({ ...numbers(), [name]: Number(slider.value) }).map(([key, value]) => `${key}=${value}`).join(" ");
        void play();
      });
      return make("label", {}, make("code", {}, name), slider);
    }));
  }

  values.addEventListener("change", () => { drawLeaves(); void play(); });
  mine.addEventListener("change", () => void play());
  drawLeaves();
  void play();
  return () => context.stop();
}
