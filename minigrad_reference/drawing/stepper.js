"use strict";

// The page: what is seen depends on the leaves and on the number of steps done, and on nothing else. So a step back
// shows exactly what was there before, and a leaf that is dragged shows the same step of another computation.

const { nodes, first, compared, unknown, expression, lanes: bothLanes } = JSON.parse(byId("content").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pane = byId("pane");
const svg = byId("graph");
const root = nodes.length - 1;
const groups = groupsOf(nodes);
const given = Object.fromEntries(nodes.flatMap((node, i) => (node.operands.length ? [] : [[i, Number(node.data)]])));
const NUDGE = 0.01;
const LARGE = 60; // values: from there on the layers are folded
const SMALLEST = 0.75; // of the usual size of letters
const LONG = 21; // characters of a neuron's value in one line
const SHORT = 8; // characters of the root's name in every box
const CHIPS = 4; // shares that a box lists
let leaves = { ...given };
let run = played(nodes, leaves);
let memo = fresh(); // what was found out about this run
let question = null;
let done = 0;
let timer = 0;
let writing = 0;

function byId(id) {
  return document.getElementById(id);
}

function fresh() {
  return { nudges: [], rooms: [], arrivals: null, places: new Map() };
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function isChanged() {
  return Object.keys(given).some((i) => !Object.is(given[i], leaves[i]));
}

// What a box says

function received(i, count = run.steps.length) {
  memo.arrivals ??= arrivals();
  return memo.arrivals[i].filter(({ step }) => step <= count);
}

// Every share that a value receives, in order, with the step that brings it.
function arrivals() {
  const found = nodes.map(() => []);
  run.steps.forEach(({ node, shares = [] }, at) => shares.forEach((share) => found[share.to].push({ ...share, step: at + 1, giver: nodes[node].name })));
  return found;
}

function nudge(i) {
  return (memo.nudges[i] ??= moved(nodes, leaves, run.data, i, NUDGE));
}

function signed(x) {
  return (x > 0 ? "+" : "") + shown(x);
}

function lines(i, count) {
  const node = nodes[i];
  const wrong = isChanged() ? {} : node.wrong;
  const shares = received(i, count);
  const isComputed = node.computed <= count;
  const isComplete = node.complete !== null && node.complete <= count;
  const grad = i === root ? Number(count >= node.complete) : (shares.at(-1)?.after ?? 0);
  const uses = received(i).length;
  const chips = (uses > CHIPS ? largest(shares, CHIPS - 1) : shares).map((share) => ({ text: chip(share), kind: "share" }));
  if (uses > CHIPS && shares.length >= CHIPS) chips.push({ text: `${shares.length} of ${uses} shares`, kind: "share" });
  return [
    ...headings(node).map((text) => ({ text, kind: "name" })),
    number("data", isComputed ? run.data[i] : null, isComputed && wrong.data),
    number("grad", grad, isComplete && wrong.grad, isComplete ? " ✓" : ""),
    ...(uses > 1 ? chips : []),
    ...(isComplete && i !== root ? [{ text: effect(signed(nudge(i))), kind: "nudge" }] : []),
    ...(isComputed ? yours("data", wrong) : []),
    ...(isComplete ? yours("grad", wrong) : []),
  ];
}

// A heading in two lines where it says whose a value is: the neuron, and what in it.
function headings({ heading }) {
  const [, neuron, rest] = /^(layer \d+ neuron \d+) (.+)$/.exec(heading) ?? [];
  return rest && heading.length > LONG ? [neuron, rest] : [heading];
}

// What the root does when a value grows a little; a long name of the root stands below the graph alone.
function effect(change) {
  const { name } = nodes[root];
  return `+${NUDGE} → ${name.length > SHORT ? "" : `${name} `}${change}`;
}

function chip({ product, giver }) {
  return `${shown(product)} ◂ ${giver}`;
}

// Those shares of which most of a gradient is made, in the order in which they come.
function largest(shares, count) {
  const chosen = new Set([...shares].sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, count));
  return shares.filter((share) => chosen.has(share));
}

// A number of the play. Beside another of the reader's it has as many digits as it takes to see them differ.
function number(word, x, wrong, mark = "") {
  const text = `${word} ${x === null ? "·" : wrong ? wrong[1] : shown(x)}${mark}`;
  return { text, kind: "", value: x === null ? "not computed yet" : String(x) };
}

// What the reader's engine has instead, below everything that belongs to the right number.
function yours(word, wrong) {
  return wrong[word] ? [{ text: `✗ your ${word} is ${wrong[word][0]}`, kind: "wrong" }] : [];
}

function foldLines({ title, members }) {
  const of = (moment) => members.filter((i) => nodes[i][moment] !== null && nodes[i][moment] <= done).length;
  const count = members.length;
  return [title, `${count} values`, `computed: ${of("computed")}`, `gradients ✓: ${of("complete")}`].map((text, i) => ({ text, kind: i ? "" : "name" }));
}

// The most that a box will have to hold, so that it keeps its size from step to step.
function room(box) {
  if (box.title) return { width: widthOf([box.title, `gradients ✓: ${box.members.length}`], true), lines: 4 };
  const [i] = box.members;
  return (memo.rooms[i] ??= roomOf(i));
}

function roomOf(i) {
  const all = lines(i, run.steps.length);
  const shares = received(i).flatMap((share) => [`grad ${shown(share.after)} ✓`, ...(received(i).length > 1 ? [chip(share)] : [])]);
  const bold = all.filter(({ kind }) => kind === "name" || kind === "wrong").map(({ text }) => text);
  return { width: Math.max(widthOf(bold, true), widthOf([...all.map(({ text }) => text), ...shares, "data −1.2345"])), lines: all.length };
}

// The graph

function stepAt(count) {
  return run.steps[count - 1];
}

// Every value where this step's fit in the pane and can be read, else layers or the step alone.
function viewed(step) {
  const wanted = byId("view").value;
  if (wanted !== "auto") return wanted;
  if (nodes.length > LARGE) return "layers";
  return "every";
}

function drawGraph() {
  const step = question ? stepAt(done + 1) : stepAt(done);
  const active = new Set(step && step.kind !== "seed" ? nodes[step.node].operands : []);
  const view = viewed(step);
  let place = pictured(view, step, active);
  let factor = scaleOf(view, place, pane);
  if (byId("view").value === "auto" && step && factor === null) {
    place = pictured("step", step, active);
    factor = scaleOf("step", place, pane) ?? SMALLEST;
  }
  fit(pane, factor ?? 1);
}

function pictured(view, step, active) {
  const { boxes, edges, place } = laidOut(view === "whole" ? "every" : view, step);
  const isAt = (box) => step && box.members.includes(step.node) && !box.title;
  const uses = (edge) => edge.uses.some(({ node }) => step && node === step.node && step.kind !== "seed");
  draw(svg, boxes, edges, place, {
    linesOf: (box) => (box.title ? foldLines(box) : lines(box.members[0], done)),
    titleOf: (box) => (box.title ? box.members.map((i) => nodes[i].name).join(", ") : title(box.members[0])),
    lookOf: (box) => classes({
      node: true, fold: box.title, leaf: !box.title && !nodes[box.members[0]].operands.length,
      later: box.members.every((i) => nodes[i].computed > done), input: !isAt(box) && box.members.some((i) => active.has(i)), work: isAt(box),
      wrong: !box.title && lines(box.members[0], done).some(({ kind }) => kind === "wrong"),
    }),
    lookOfEdge: (edge) => classes({ edge: true, used: nodes[edge.node].computed <= done, work: uses(edge) }),
    passing: question ? [] : passing(step, edges),
  });
  return { ...place, active: boxes.filter((box) => isAt(box) || box.members.some((i) => active.has(i))) };
}

function laidOut(view, step) {
  const key = view === "every" ? view : `${view} ${step?.kind} ${step?.node}`;
  if (!memo.places.has(key)) {
    const boxes = folded(nodes, groups, view, step);
    const edges = edgesOf(nodes, boxes).filter((edge) => view !== "step" || !step || edge.node === step.node);
    memo.places.set(key, { boxes, edges, place: placed(boxes, edges, room, gapOf(view, step, edges)) });
  }
  return memo.places.get(key);
}

// A step by itself has no more room between its boxes than its words take, so that its letters are large.
function gapOf(view, step, edges) {
  if (view !== "step") return GAP.across;
  const words = passing(step, edges).map(({ parts }) => parts.map(([text]) => text).join(""));
  return Math.min(GAP.across, Math.max(GAP.bare, widthOf(words, true) + 2 * PAD));
}

function title(i) {
  const node = nodes[i];
  const made = formula(i);
  return `${node.name}${made && ` = ${made}`}\ndata ${run.data[i]}\ngrad ${run.grads[i]} in the end`;
}

// What is written on the edges of a step back: local times upstream.
function passing(step, edges) {
  if (!step?.shares || step.shares.length > LABELS) return [];
  const found = step.shares.map((share, use) => ({ share, use, edge: edges.find(({ uses }) => uses.some((u) => u.node === step.node && u.use === use)) }));
  return found.filter(({ edge }, i) => edge && found.findIndex((other) => other.edge === edge) === i).map(({ share, use, edge }) => ({
    edge, use, parts: [["◂ ", ""], [bracketed(share.local), "local"], [" × ", ""], [bracketed(step.upstream), "upstream"]],
  }));
}

// How large to draw, so that giver and receivers are in the pane together; null where they would be illegible.
function scaleOf(view, { width, height, active }, pane) {
  const wide = Math.max(pane.clientWidth, 240) - 16;
  const high = Math.max(parseFloat(getComputedStyle(pane).maxHeight), 240) - 16;
  const all = Math.min(wide / (width + 2 * PAD), high / (height + 2 * PAD));
  if (view === "whole") return all;
  if (all >= SMALLEST || !active.length) return Math.max(SMALLEST, Math.min(1.4, all));
  const reach = (side, size) => Math.max(...active.map((box) => box[side] + box[size] / 2)) - Math.min(...active.map((box) => box[side] - box[size] / 2));
  const fits = Math.min(1, wide / (reach("x", "width") + 2 * PAD), high / (reach("y", "height") + 2 * PAD));
  return fits >= SMALLEST || view === "step" ? fits : null;
}

// Draws at that scale and brings giver and receivers into the middle of the pane, which alone scrolls.
function fit(pane, factor) {
  const picture = pane.querySelector("svg");
  const { width, height } = picture.viewBox.baseVal;
  picture.setAttribute("width", width * factor);
  picture.setAttribute("height", height * factor);
  const at = [...picture.querySelectorAll(".node.work, .node.input")].map((node) => node.getBoundingClientRect());
  if (!at.length) return;
  const frame = pane.getBoundingClientRect();
  const middle = (low, high) => (Math.min(...at.map((box) => box[low])) + Math.max(...at.map((box) => box[high]))) / 2;
  pane.scrollTo({
    left: pane.scrollLeft + middle("left", "right") - frame.left - frame.width / 2,
    top: pane.scrollTop + middle("top", "bottom") - frame.top - frame.height / 2,
  });
}

// Moving

function show(count) {
  done = Math.max(0, Math.min(run.steps.length, count));
  question = null;
  render();
}

function render() {
  drawPanel(stepAt(done));
  drawGraph();
  byId("back").disabled = byId("to-start").disabled = done === 0;
  byId("forward").disabled = byId("to-end").disabled = done === run.steps.length;
  byId("position").value = done;
  byId("position").setAttribute("aria-valuetext", `step ${done} of ${run.steps.length}`);
  byId("jump").value = "";
  if (done === run.steps.length) pause();
  clearTimeout(writing);
  writing = setTimeout(writeAddress, 250);
}

function next() {
  const asked = byId("predict").checked && !question && done < run.steps.length && questionOf(nodes, run.data, stepAt(done + 1));
  if (!asked) return move(done + 1);
  pause();
  question = asked;
  render();
  byId("answer").focus();
}

function play() {
  if (done === run.steps.length) show(0);
  timer = setInterval(() => (byId("predict").checked ? next() : show(done + 1)), Number(byId("speed").value));
  label();
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

function move(count) {
  pause();
  show(count);
}
