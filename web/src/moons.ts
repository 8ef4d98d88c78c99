// Two moons, and a network while it learns them: the picture on the first page.
import { darkness, type Layer, Plane, type Point } from "./plane";

const PAUSE = 200; // milliseconds between two frames
const REST = 10; // frames for which the last one stands still

export const moons = async (): Promise<{ points: Point[]; frames: Layer[][] }> =>
  (await fetch("moons.json")).json() as Promise<{ points: Point[]; frames: Layer[][] }>;

/** Plays it on a canvas, or shows its end to whoever wants no motion; returns what ends it. */
export function playMoons(canvas: HTMLCanvasElement): () => void {
  const plane = new Plane(canvas);
  let timer = 0;
  const ended = new AbortController();
  void moons().then(({ points, frames }) => {
    let at = matchMedia("(prefers-reduced-motion: reduce)").matches ? frames.length - 1 : 0;
    const draw = (): void => plane.draw(frames[Math.min(at, frames.length - 1)] ?? [], points);
    draw();
    if (ended.signal.aborted) return;
    darkness.addEventListener("change", draw, { signal: ended.signal });
    if (at) return;
    timer = window.setInterval(() => {
      at = (at + 1) % (frames.length + REST);
      if (at < frames.length) draw();
    }, PAUSE);
  });
  return () => {
    ended.abort();
    clearInterval(timer);
  };
}
