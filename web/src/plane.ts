// The plane of two inputs: what a network makes of each place, and the points that it learns from.

export interface Layer { w: number[][]; b: number[]; activation: string }
export type Point = [x: number, y: number, label: number];

const GRID = 48; // places on each side
const SPAN = { x: [-1.7, 2.7], y: [-1.4, 1.9] } as const;
const CURVES: Record<string, (x: number) => number> = { tanh: Math.tanh, relu: (x) => Math.max(x, 0), linear: (x) => x };

export const darkness = matchMedia("(prefers-color-scheme: dark)"); // which changes every colour

/** The palette's colour of this name, light or dark, as the page is. */
export const colour = (name: "page" | "ink" | "above" | "below"): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const parts = (hex: string): number[] => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));

/** What a network with these numbers says of a place; computed here, since there are so many. */
export function scoreOf(layers: Layer[], place: number[]): number {
  let out = place;
  for (const { w, b, activation } of layers) {
    const curve = CURVES[activation] ?? ((x: number) => x);
    out = w.map((row, j) => curve(row.reduce((total, x, i) => total + x * (out[i] ?? 0), b[j] ?? 0)));
  }
  return out[0] ?? 0;
}

export class Plane {
  private readonly small = Object.assign(document.createElement("canvas"), { width: GRID, height: GRID });

  constructor(readonly canvas: HTMLCanvasElement) {}

  draw(layers: Layer[], points: Point[], cursor?: [number, number]): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.fillStyle = colour("page");
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (layers.length) this.paint(context, layers);
    for (const [x, y, label] of points) this.mark(context, this.toCanvas(x, y), label > 0);
    if (cursor) {
      const [x, y] = this.toCanvas(...cursor);
      context.strokeStyle = colour("ink");
      context.lineWidth = 2;
      context.stroke(new Path2D(`M${x - 10} ${y}h20M${x} ${y - 10}v20`));
    }
  }

  private paint(context: CanvasRenderingContext2D, layers: Layer[]): void {
    const scores = Array.from({ length: GRID * GRID }, (_, k) => scoreOf(layers, this.place(k)));
    const reach = Math.min(3, Math.max(...scores.map(Math.abs))) || 1;
    const image = new ImageData(GRID, GRID);
    const [page, above, below] = [parts(colour("page")), parts(colour("above")), parts(colour("below"))];
    scores.forEach((score, k) => {
      const strength = 0.75 * Math.min(1, Math.abs(score) / reach);
      const full = score > 0 ? above : below;
      image.data.set([...page.map((part, i) => Math.round(part + ((full[i] ?? part) - part) * strength)), 255], 4 * k);
    });
    this.small.getContext("2d")?.putImageData(image, 0, 0);
    context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
    const [wide, high] = [this.canvas.width / GRID, this.canvas.height / GRID];
    context.fillStyle = colour("ink");
    scores.forEach((score, k) => {
      const [column, row] = [k % GRID, Math.floor(k / GRID)];
      const differs = (other: number): boolean => score > 0 !== (scores[other] ?? 0) > 0;
      if (column + 1 < GRID && differs(k + 1)) context.fillRect((column + 1) * wide - 1, row * high, 2, high);
      if (row + 1 < GRID && differs(k + GRID)) context.fillRect(column * wide, (row + 1) * high - 1, wide, 2);
    });
  }

  private place(k: number): number[] {
    return this.fromCanvas(((k % GRID) + 0.5) / GRID, (Math.floor(k / GRID) + 0.5) / GRID);
  }

  private mark(context: CanvasRenderingContext2D, [x, y]: [number, number], isAbove: boolean): void {
    const shape = new Path2D(isAbove ? "" : `M${x} ${y - 6}l5.5 10h-11z`);
    if (isAbove) shape.arc(x, y, 5, 0, 7);
    context.fillStyle = colour(isAbove ? "above" : "below");
    context.strokeStyle = colour("page");
    context.lineWidth = 1.5;
    context.fill(shape);
    context.stroke(shape);
  }

  /** From shares of the canvas's width and height to a place in the plane. */
  fromCanvas(across: number, down: number): [number, number] {
    return [SPAN.x[0] + across * (SPAN.x[1] - SPAN.x[0]), SPAN.y[1] - down * (SPAN.y[1] - SPAN.y[0])];
  }

  private toCanvas(x: number, y: number): [number, number] {
    const [across, down] = [(x - SPAN.x[0]) / (SPAN.x[1] - SPAN.x[0]), (SPAN.y[1] - y) / (SPAN.y[1] - SPAN.y[0])];
    return [across * this.canvas.width, down * this.canvas.height];
  }

  /** The place of the pointer. */
  pointed(event: PointerEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return this.fromCanvas((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }
}
