"use strict";

// A graph as SVG: boxes of lines, edges, and what is written on them.

const SVG = "http://www.w3.org/2000/svg";
const LINE = 16; // pixels from one line of a box to the next
const PAD = 8;
const LABELS = 12; // shares that are written on edges; more would hide one another
const pen = document.createElement("canvas").getContext("2d");
let family = null;

function svgOf(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function classes(chosen) {
  return Object.keys(chosen).filter((name) => chosen[name]).join(" ");
}

// How wide the widest of some texts is, in the page's own letters.
function widthOf(texts, bold = false) {
  family ??= getComputedStyle(document.body).fontFamily;
  pen.font = `${bold ? 700 : 400} 12px ${family}`;
  return Math.max(0, ...texts.map((text) => pen.measureText(text).width));
}

// Gives each box its place. `room` says how wide its lines may become and how many there may be.
function placed(boxes, edges, room, gap = GAP.across) {
  for (const box of boxes) {
    const { width, lines } = room(box);
    Object.assign(box, { width: width + 2 * PAD + 4, height: lines * LINE + 2 * PAD - 3 });
  }
  return arrange(boxes, edges, gap);
}

// Draws placed boxes. `linesOf(box)` gives [{ text, kind, value }], `lookOf(box)` and `lookOfEdge(edge)` the classes.
function draw(svg, boxes, edges, place, { linesOf, lookOf, lookOfEdge, titleOf, passing }) {
  const ways = edges.map((edge) => svgOf("g", { id: edge.key, class: lookOfEdge(edge) }, wayOf(edge, edges)));
  const nodes = boxes.map((box) => {
    const rect = svgOf("rect", { x: box.x - box.width / 2, y: box.y - box.height / 2, width: box.width, height: box.height, rx: 8 });
    const lines = linesOf(box).map(({ text, kind = "", value }, i) => {
      const line = svgOf("text", { x: box.x, y: box.y - box.height / 2 + PAD + 9 + i * LINE, class: kind }, text);
      if (value !== undefined) line.dataset.value = value;
      return line;
    });
    return svgOf("g", { id: box.key, class: lookOf(box) }, svgOf("title", {}, titleOf(box)), rect, ...lines);
  });
  svg.setAttribute("viewBox", [place.left - PAD, place.top - PAD, place.width + 2 * PAD, place.height + 2 * PAD].join(" "));
  svg.replaceChildren(...ways, ...nodes);
  for (const { edge, parts, use } of passing) write(svg, svg.querySelector(`[id="${edge.key}"] path`), parts, use);
}

// A curve from the operand to the result. Several uses of one operand leave and arrive beside each other.
function wayOf(edge, edges) {
  const beside = (end) => edges.filter((other) => other[end] === edge[end]);
  const port = (end, others) => {
    const box = edge[end];
    const step = Math.min(26, (box.height - 14) / Math.max(1, others.length));
    return box.y + (others.indexOf(edge) - (others.length - 1) / 2) * step;
  };
  const twins = edges.filter((other) => other.from === edge.from && other.to === edge.to);
  const begin = [edge.from.x + edge.from.width / 2, twins.length > 1 ? port("from", twins) : edge.from.y];
  const end = [edge.to.x - edge.to.width / 2, port("to", beside("to").sort((a, b) => (a.points[0] ?? a.from).y - (b.points[0] ?? b.from).y))];
  const stops = [begin, ...edge.points.map(({ x, y }) => [x, y]), end];
  const d = stops.slice(1).map(([x, y], i) => {
    const bend = (x - stops[i][0]) / 2;
    return `C${stops[i][0] + bend} ${stops[i][1]} ${x - bend} ${y} ${x} ${y}`;
  });
  return svgOf("path", { d: `M${begin.join(" ")}${d.join("")}` });
}

// Words beside the receiving end of an edge, in parts with a class each.
function write(svg, path, parts, use) {
  const long = path.getTotalLength();
  const at = path.getPointAtLength(Math.min(long / 2, GAP.across / 2));
  const spans = parts.map(([text, kind]) => svgOf("tspan", { class: kind }, text));
  svg.append(svgOf("text", { class: "passing", x: at.x, y: at.y - 5 + (use % 2 ? 16 : 0) }, ...spans));
}
