"use strict";

// A training that can be looked into: the network's numbers after some of its steps, and what every neuron makes of the
// plane, computed here.

const { inputs, labels, sizes, activations, frames, losses, accuracies, rates } = JSON.parse(byId("content").textContent);
const plane = sizes[0] === 2;
const GRID = 40; // points on each side of the plane
const SIDE = 320; // pixels of the large plane
const CURVES = { tanh: Math.tanh, relu: (x) => Math.max(x, 0), linear: (x) => x };
const MARGIN = 0.2;
const span = [0, 1].map((axis) => {
  const values = inputs.map((point) => point[axis] ?? 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = MARGIN * (high - low) || 1;
  return [low - margin, high + margin];
});
const darkness = matchMedia("(prefers-color-scheme: dark)");
let colours = coloursOf();
let at = frames.length - 1;
let cursor = [...inputs[0]];
let chosen = null;
let read = null; // the wire whose weight is told
let timer = 0;

function byId(id) {
  return document.getElementById(id);
}

// The palette's, light or dark, as the page is.
function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  const named = Object.fromEntries(["page", "ink", "above", "below", "bad"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const tone = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
  return { ...named, tones: { page: tone(named.page), above: tone(named.above), below: tone(named.below) } };
}

function nameOf(layer, i) {
  return layer ? `layer ${layer} neuron ${i + 1}` : `x${i + 1}`;
}

// The outputs of every layer for one point, the inputs first.
function outputs(layers, point) {
  const all = [point];
  layers.forEach(({ w, b }, depth) => {
    const before = all[depth];
    all.push(w.map((ws, j) => CURVES[activations[depth]](ws.reduce((total, x, i) => total + x * before[i], b[j]))));
  });
  return all;
}

// What is seen

const neurons = sizes.map((count, layer) => Array.from({ length: count }, (_, i) => neuronOf(layer, i)));
const wires = frames[0].layers.flatMap(({ w }, depth) => w.flatMap((ws, j) => ws.map((_, i) => wireOf(depth, j, i))));

function neuronOf(layer, i) {
  const button = document.createElement("button");
  const canvas = Object.assign(document.createElement("canvas"), { width: GRID, height: GRID });
  button.type = "button";
  button.className = "neuron";
  button.append(canvas);
  button.addEventListener("click", () => {
    chosen = chosen && chosen[0] === layer && chosen[1] === i ? null : [layer, i];
    render();
  });
  byId("net").append(button);
  return { button, canvas };
}

function wireOf(depth, j, i) {
  const [line, hit] = ["wire", "hit"].map((name) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", name);
    byId("wires").append(path);
    return path;
  });
  const wire = { depth, j, i, line, hit };
  hit.addEventListener("pointerenter", () => {
    line.classList.add("now");
    tellWeight(wire);
  });
  hit.addEventListener("pointerleave", () => line.classList.remove("now"));
  return wire;
}

function place() {
  const net = byId("net");
  const most = Math.max(...sizes);
  const high = (0.72 * innerHeight) / most - 5; // so that the whole network is seen at once
  const size = Math.max(20, Math.min(44, net.clientWidth / (sizes.length * 1.9), high));
  net.style.height = `${most * (size + 5) + 20}px`;
  const x = (layer) => size / 2 + 12 + (layer * (net.clientWidth - size - 24)) / (sizes.length - 1);
  const y = (layer, i) => (net.clientHeight * (i + 0.5)) / sizes[layer];
  neurons.forEach((column, layer) => column.forEach(({ button }, i) => {
    Object.assign(button.style, { left: `${x(layer)}px`, top: `${y(layer, i)}px`, width: `${size}px`, height: `${size}px` });
  }));
  for (const { depth, j, i, line, hit } of wires) {
    const d = `M${x(depth) + size / 2} ${y(depth, i)}L${x(depth + 1) - size / 2} ${y(depth + 1, j)}`;
    line.setAttribute("d", d);
    hit.setAttribute("d", d);
  }
}

function render() {
  const { step, layers } = frames[at];
  const here = outputs(layers, cursor);
  const rate = rates[step];
  const figures = `loss ${losses[step].toFixed(4)}, accuracy ${(100 * accuracies[step]).toFixed(0)} %`;
  byId("figures").textContent = `Step ${step} of ${losses.length - 1}: ${figures}${rate === undefined ? "" : `, next rate ${shown(rate)}`}`;
  byId("epoch").value = at;
  byId("epoch").setAttribute("aria-valuetext", `step ${step}`);
  const off = idle(layers);
  if (plane) paintPlanes(layers);
  neurons.forEach((column, layer) => column.forEach(({ button, canvas }, i) => {
    const name = nameOf(layer, i);
    const isOff = off.has(name);
    button.className = ["neuron", isOff && "off", isQuiet(layer, here[layer][i]) && "quiet", chosen && chosen[0] === layer && chosen[1] === i && "chosen"].filter(Boolean).join(" ");
    button.setAttribute("aria-label", `${name}: ${shown(here[layer][i])}${isOff ? ", off for every sample" : ""}`);
    button.setAttribute("aria-pressed", String(Boolean(chosen && chosen[0] === layer && chosen[1] === i)));
    button.title = button.getAttribute("aria-label");
    if (!plane) {
      const context = canvas.getContext("2d");
      context.fillStyle = `rgb(${colour(here[layer][i], Math.max(...here[layer].map(Math.abs)))})`;
      context.fillRect(0, 0, GRID, GRID);
    }
  }));
  byId("off").textContent = off.size ? `✗ Off for every sample: ${listed(off)}.` : "";
  paintWires(layers);
  tellCursor(here);
  if (read) tellWeight(read);
  drawCurve(step);
}

function isQuiet(layer, x) {
  return layer > 0 && activations[layer - 1] === "relu" && x === 0;
}

// The relus that give 0 for every sample: no gradient passes through them, so they learn nothing more.
function idle(layers) {
  const all = inputs.map((point) => outputs(layers, point));
  const found = new Set();
  sizes.forEach((count, layer) => {
    for (let i = 0; i < count; i += 1) if (layer && activations[layer - 1] === "relu" && all.every((out) => out[layer][i] === 0)) found.add(nameOf(layer, i));
  });
  return found;
}

// Those neurons by their numbers, layer by layer.
function listed(names) {
  const layers = sizes.map((count, layer) => Array.from({ length: count }, (_, i) => i + 1).filter((number) => names.has(nameOf(layer, number - 1))));
  return layers.flatMap((numbers, layer) => (numbers.length ? [`layer ${layer} neuron${numbers.length > 1 ? "s" : ""} ${numbers.join(", ")}`] : [])).join("; ");
}

function paintWires(layers) {
  const largest = Math.max(...layers.flatMap(({ w }) => w.flat().map(Math.abs))) || 1;
  for (const { depth, j, i, line } of wires) {
    const x = layers[depth].w[j][i];
    const isOf = !chosen || (chosen[0] === depth + 1 && chosen[1] === j) || (chosen[0] === depth && chosen[1] === i);
    line.setAttribute("class", `wire${x < 0 ? " below" : ""}${isOf ? "" : " faint"}`);
    line.setAttribute("stroke-width", String(0.3 + (3.5 * Math.abs(x)) / largest));
  }
}

function tellWeight(wire) {
  read = wire;
  const { depth, j, i } = wire;
  const [x, first] = [frames[at], frames[0]].map(({ layers }) => layers[depth].w[j][i]);
  const from = outputs(frames[at].layers, cursor)[depth][i];
  const told = `The weight from ${nameOf(depth, i)} to ${nameOf(depth + 1, j)} is ${shown(x)}; it began as ${shown(first)}.`;
  byId("told").textContent = `${told} At the cross it brings ${shown(x)} × ${shown(from)} = ${shown(x * from)}.`;
}

function tellCursor(here) {
  const score = here.at(-1)[0];
  const point = cursor.map((x, i) => `x${i + 1} = ${shown(x)}`).join(", ");
  byId("cursor").textContent = `At ${point} the score is ${shown(score)}: it says ${score > 0 ? "+1" : "−1"}.${chosen ? ` There ${nameOf(...chosen)} is ${shown(here[chosen[0]][chosen[1]])}.` : ""}`;
  byId("plane-title").textContent = chosen ? `What ${nameOf(...chosen)} makes of the plane` : "What it says";
}

// What the reader can do

function move(to) {
  at = Math.max(0, Math.min(frames.length - 1, to));
  if (at === frames.length - 1) pause();
  render();
}

function pause() {
  clearInterval(timer);
  timer = 0;
  label();
}

function label() {
  byId("play").textContent = timer ? "Pause" : "Play";
  byId("play").setAttribute("aria-pressed", String(Boolean(timer)));
}

function setCursor(point) {
  cursor = point.map((x, i) => Math.max(span[i][0], Math.min(span[i][1], x)));
  render();
}

function pointed(event) {
  const box = byId("plane").getBoundingClientRect();
  const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  setCursor([span[0][0] + across * (span[0][1] - span[0][0]), span[1][1] - down * (span[1][1] - span[1][0])]);
}

function begin() {
  byId("epoch").max = frames.length - 1;
  byId("epoch").addEventListener("input", (event) => { pause(); move(Number(event.target.value)); });
  byId("play").addEventListener("click", () => {
    if (timer) return pause();
    if (at === frames.length - 1) move(0);
    timer = setInterval(() => move(at + 1), 300);
    label();
  });
  byId("field").hidden = byId("plane-legend").hidden = !plane;
  byId("one").hidden = plane;
  byId("sample").append(...inputs.map((_, k) => Object.assign(document.createElement("option"), { value: k, textContent: `${k + 1}, label ${labels[k]}` })));
  byId("sample").addEventListener("change", (event) => { cursor = [...inputs[event.target.value]]; render(); });
  byId("plane").addEventListener("pointerdown", (event) => { byId("plane").setPointerCapture(event.pointerId); pointed(event); });
  byId("plane").addEventListener("pointermove", (event) => { if (event.buttons) pointed(event); });
  byId("plane").addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
    if (x === undefined) return;
    event.preventDefault();
    setCursor([cursor[0] + (x * (span[0][1] - span[0][0])) / GRID, cursor[1] + (y * (span[1][1] - span[1][0])) / GRID]);
  });
  addEventListener("resize", () => { place(); render(); });
  darkness.addEventListener("change", () => { colours = coloursOf(); render(); });
  place();
  render();
}

begin();
