// The final network while it trains, on the learner's own engine; its points can be moved, added and taken away.
import { button, make, prose } from "./elements";
import { Stopped } from "./engine";
import { moons } from "./moons";
import type { Context } from "./page";
import { colour, darkness, type Layer, Plane, scoreOf } from "./plane";
import { standing } from "./store";

const NEAR = 0.12; // in the plane: so near to a point is at it
const MOVE = 0.08; // of the cross, at a press of an arrow key
const LAST = 11; // the exercise that completes the engine
const KEPT = 400; // losses that the curve shows

interface Told { losses: number[]; steps: number; layers: Layer[] }

export async function showTraining(context: Context): Promise<() => void> {
  let { points } = await moons();
  let [layers, losses]: [Layer[], number[]] = [[], []];
  let [steps, running, fresh, gone, held] = [0, false, true, false, -1];
  let cursor: [number, number] | undefined;

  const canvas = make("canvas", { width: "640", height: "480", tabindex: "0", role: "application",
    "aria-label": "The points. Arrow keys move a cross; Enter adds a point there, Delete takes one away." });
  const plane = new Plane(canvas);
  const rate = make("input", { type: "range", min: "0.02", max: "1", step: "0.02", value: "0.5", "aria-label": "Learning rate" });
  const label = make("select", { "aria-label": "New points are" }, make("option", { value: "1" }, "○ +1"), make("option", { value: "-1" }, "△ −1"));
  const mine = make("input", { type: "checkbox" });
  mine.checked = !context.answers || Boolean(standing(LAST)?.done);
  mine.disabled = !context.answers; // a course's site has no other engine
  const figures = make("p", { class: "figures" });
  const told = make("p", { role: "status" });
  const curve = make("canvas", { width: "640", height: "140", role: "img", "aria-label": "The loss over the steps" });
  const play = button("Train", () => (running ? pause() : void go()), { class: "main" });
  const step = button("Step", () => void once(1));
  context.main.replaceChildren(
    make("h1", {}, "Training"),
    make("p", {}, "The network of exercise 11 learns these points a few at a time. Drag a point, or press at an empty place for a new one."),
    make("div", { class: "bar" }, play, step, button("Begin anew", () => void restart()),
      make("label", {}, mine, " my own engine"), make("label", {}, "Rate ", rate), make("label", {}, "New points: ", label)),
    figures, told, make("div", { class: "columns" }, canvas, make("div", {}, make("h2", {}, "The loss"), curve)));

  function show(): void {
    plane.draw(layers, points, cursor);
    const right = points.filter(([x, y, sign]) => scoreOf(layers, [x, y]) > 0 === sign > 0).length;
    const loss = losses.at(-1);
    figures.textContent = `Step ${steps}${loss === undefined ? "" : `, loss ${loss.toFixed(4)}`}, ${right} of ${points.length} points right`;
    drawCurve();
  }

  function drawCurve(): void {
    const pen = curve.getContext("2d");
    if (!pen) return;
    pen.fillStyle = colour("page");
    pen.fillRect(0, 0, curve.width, curve.height);
    const shown = losses.slice(-KEPT);
    const most = Math.max(...shown, 0.01);
    pen.strokeStyle = colour("above");
    pen.lineWidth = 2;
    pen.beginPath();
    shown.forEach((loss, k) => pen.lineTo((k / Math.max(shown.length - 1, 1)) * curve.width, (1 - loss / most) * (curve.height - 8) + 4));
    pen.stroke();
  }

  async function once(count: number): Promise<boolean> {
    try {
      const said = (await context.ask("train", points, Number(rate.value), count, mine.checked, fresh)) as Told;
      if (gone) return false;
      fresh = false;
      layers = said.layers;
      losses = said.steps > said.losses.length ? [...losses, ...said.losses] : said.losses;
      steps = said.steps;
      told.textContent = "";
      show();
      return true;
    } catch (error) {
      if (!(error instanceof Stopped)) told.replaceChildren(...prose((error as Error).message, () => { location.hash = "#/"; }));
      return false;
    }
  }

  async function go(): Promise<void> {
    running = true;
    play.textContent = "Pause";
    step.disabled = true;
    while (goesOn() && (await once(1)));
    pause();
    step.disabled = false;
  }

  const goesOn = (): boolean => running;

  function pause(): void {
    running = false;
    play.textContent = "Train";
  }

  async function restart(): Promise<void> {
    const was = running;
    fresh = true;
    if (!was) await once(0);
  }

  function nearest(at: [number, number]): number {
    const far = points.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
    const least = Math.min(...far);
    return least < NEAR ? far.indexOf(least) : -1;
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const at = plane.pointed(event);
    held = nearest(at);
    if (held < 0) held = points.push([...at, Number(label.value)]) - 1;
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    const point = points[held];
    if (!event.buttons || !point) return;
    [point[0], point[1]] = plane.pointed(event);
    show();
  });
  canvas.addEventListener("keydown", (event) => {
    const way = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, [number, number]>)[event.key];
    cursor ??= [0.5, 0.25];
    if (way) cursor = [cursor[0] + MOVE * way[0], cursor[1] + MOVE * way[1]];
    else if (event.key === "Enter") points.push([...cursor, Number(label.value)]);
    else if (event.key === "Delete" || event.key === "Backspace") points = points.filter((_, k) => k !== nearest(cursor as [number, number]));
    else return;
    event.preventDefault();
    show();
  });
  mine.addEventListener("change", () => void restart());
  darkness.addEventListener("change", show);
  show();
  void once(0);
  return () => {
    darkness.removeEventListener("change", show);
    gone = true;
    running = false;
    context.stop();
  };
}
