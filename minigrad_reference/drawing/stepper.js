"use strict";

// Every number was computed before; this shows them. What is seen depends on the number of steps done and on nothing
// else, so that a step back shows exactly what was there before.
const { nodes, steps, first, compared, unknown } = JSON.parse(byId("content").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pane = byId("pane");
const svg = pane.querySelector("svg");
const LABELS = 12; // shares that are written on edges; more would hide one another
const lastForward = steps.findIndex((step) => step.kind === "seed");
let done = 0;
let timer = 0;

function byId(id) {
  return document.getElementById(id);
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

// The graph

const boxes = nodes.map((node, i) => {
  const group = byId(`n${i}`);
  const [heading, data, grad] = group.querySelectorAll("text");
  heading.textContent = node.heading;
  const edges = [];
  for (let use = 0, edge; (edge = byId(`e${i}-${use}`)); use += 1) edges.push(edge);
  group.addEventListener("click", () => move(stepOf(i, done > lastForward ? "complete" : "computed")));
  return { group, data, grad, edges, title: group.querySelector("title") };
});
svg.querySelectorAll(".edge title, .graph > title").forEach((title) => title.remove());

function stepOf(i, moment) {
  return nodes[i][moment] ?? steps.length;
}

// The gradient of every node after a number of steps.
function gradients(count) {
  const grads = nodes.map(() => ["0", "0.0"]);
  for (const step of steps.slice(0, count)) {
    if (step.kind === "seed") grads[step.node] = step.grad;
    for (const share of step.shares ?? []) grads[share.to] = share.after;
  }
  return grads;
}

function drawGraph(step) {
  const grads = gradients(done);
  const receivers = new Set((step?.shares ?? []).map((share) => share.to));
  const givers = step?.kind === "forward" ? new Set(nodes[step.node].operands) : receivers;
  nodes.forEach((node, i) => {
    const box = boxes[i];
    const computed = node.computed <= done;
    const complete = node.complete !== null && node.complete <= done;
    const data = line(box.data, "data", computed ? node.data : ["·", "not computed yet"], computed && node.wrong.data);
    const grad = line(box.grad, "grad", grads[i], complete && node.wrong.grad, complete ? " ✓" : "");
    look(box.group, { node: true, leaf: !node.formula, later: !computed, input: givers.has(i), work: step?.node === i, wrong: data || grad });
    box.title.textContent = `${node.name}${node.formula && " = " + node.formula}\ndata ${box.data.dataset.value}\ngrad ${grads[i][1]}`;
    for (const edge of box.edges) look(edge, { edge: true, used: computed, work: step?.node === i && step.kind !== "seed" });
  });
  svg.querySelectorAll(".passing").forEach((label) => label.remove());
  if (step?.shares && step.shares.length <= LABELS) {
    step.shares.forEach((share, use) => write(boxes[step.node].edges[use], `◀ ${share.product[0]}`));
  }
}

function look(group, classes) {
  group.setAttribute("class", Object.keys(classes).filter((name) => classes[name]).join(" "));
}

// One line of a node; says whether the number in it is wrong.
function line(text, word, [shown, full], wrong, mark = "") {
  text.textContent = wrong ? `${word} ${wrong} (expected ${shown}) ✗` : `${word} ${shown}${mark}`;
  text.dataset.value = full;
  text.classList.toggle("wrong", Boolean(wrong));
  return wrong;
}

// Words in the middle of an edge.
function write(edge, words) {
  const path = edge.querySelector("path");
  const middle = path.getPointAtLength(path.getTotalLength() / 2);
  const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
  label.setAttribute("class", "passing");
  label.setAttribute("x", middle.x);
  label.setAttribute("y", middle.y - 6);
  label.textContent = words;
  edge.parentNode.append(label);
}

// The step in words and numbers

function drawPanel(step) {
  const phase = !step ? "start" : step.kind === "forward" ? "forward" : "backward";
  document.body.className = phase;
  byId("phase").replaceChildren(`Step ${done} of ${steps.length} · `, make("b", "", phase));
  byId("sentence").textContent = step ? step.sentence : "The leaves are given; every other value has yet to be computed.";
  byId("formula").replaceChildren(...(step ? equationOf(step) : []));
  byId("shares").replaceChildren(...(step?.shares ?? []).map((share) => shareOf(step, share)));
}

function equationOf(step) {
  const node = nodes[step.node];
  if (step.kind === "forward") {
    return [make("div", "equation", term(step.symbols, "formula"), sign("="), term(step.numbers, "with its numbers"), sign("="), term(node.data, `${node.name}.data`, "result"))];
  }
  if (step.kind === "seed") {
    return [make("div", "equation", term(`∂${node.name}/∂${node.name}`, "slope of itself"), sign("="), term(step.grad, `${node.name}.grad`, "result"))];
  }
  return [];
}

function shareOf(step, share) {
  const node = nodes[step.node];
  return make("div", "equation",
    term(share.local, `local: ∂${node.name}/∂${share.name} = ${share.rule}`), sign("×"),
    term(step.upstream, `upstream: ${node.name}.grad`), sign("="),
    term(share.product, "product"), sign("→"),
    term(share.before, `${share.name}.grad so far`), sign("+"),
    term(share.product, "product"), sign("="),
    term(share.after, `${share.name}.grad now`, "result"));
}

function term(number, caption, className = "") {
  const shown = make("b", "", typeof number === "string" ? number : number[0]);
  if (typeof number !== "string") shown.title = number[1];
  return make("div", `term ${className}`, shown, make("span", "", caption));
}

function sign(text) {
  return make("span", "sign", text);
}

// Moving

function show(count) {
  done = Math.max(0, Math.min(steps.length, count));
  const step = steps[done - 1];
  drawPanel(step);
  drawGraph(step);
  byId("back").disabled = byId("to-start").disabled = done === 0;
  byId("forward").disabled = byId("to-end").disabled = done === steps.length;
  byId("position").value = done;
  byId("position").setAttribute("aria-valuetext", `step ${done} of ${steps.length}`);
  byId("jump").value = "";
  if (done === steps.length) pause();
  follow(step ? step.node : 0);
}

// Brings the node at work into the middle of the pane, which alone scrolls.
function follow(i) {
  const node = boxes[i].group.getBoundingClientRect();
  const frame = pane.getBoundingClientRect();
  pane.scrollTo({
    left: pane.scrollLeft + node.left + node.width / 2 - frame.left - frame.width / 2,
    top: pane.scrollTop + node.top + node.height / 2 - frame.top - frame.height / 2,
    behavior: calm.matches ? "auto" : "smooth",
  });
}

function play() {
  if (done === steps.length) show(0);
  timer = setInterval(() => show(done + 1), Number(byId("speed").value));
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

const keys = {
  ArrowRight: () => move(done + 1),
  ArrowLeft: () => move(done - 1),
  Home: () => move(0),
  End: () => move(steps.length),
  " ": () => (timer ? pause() : play()),
};
addEventListener("keydown", (event) => {
  const own = event.target.closest("select, input") || (event.key === " " && event.target.closest("button"));
  if (own || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
byId("to-start").addEventListener("click", keys.Home);
byId("back").addEventListener("click", keys.ArrowLeft);
byId("play").addEventListener("click", keys[" "]);
byId("forward").addEventListener("click", keys.ArrowRight);
byId("to-end").addEventListener("click", keys.End);
byId("position").max = steps.length;
byId("position").addEventListener("input", (event) => move(Number(event.target.value)));
byId("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
byId("jump").addEventListener("change", (event) => move(Number(event.target.value)));
byId("whole").addEventListener("change", (event) => {
  pane.classList.toggle("whole", event.target.checked);
  show(done);
});

function listJumps() {
  const group = (label, moment) => {
    const found = nodes.map((node, i) => [node[moment], node.name]).filter(([step]) => step);
    found.sort(([a], [b]) => a - b);
    const element = make("optgroup", "", ...found.map(([step, name]) => Object.assign(make("option", "", name), { value: step })));
    element.label = label;
    return element;
  };
  const choose = Object.assign(make("option", "", "a value …"), { value: "" });
  byId("jump").append(choose, group("data computed", "computed"), group("gradient complete", "complete"));
}

function announce() {
  byId("agreement").hidden = !compared || Boolean(first);
  byId("difference").hidden = !first;
  byId("unknown").hidden = unknown.length === 0;
  byId("unknown").textContent = `Not known here: ${unknown.join(", ")}. Its data is taken as it is, and nothing is passed back through it.`;
  if (!first) return;
  byId("difference").querySelector("span").textContent = first.sentence;
  byId("show-difference").addEventListener("click", () => move(first.step));
}

// A small graph grows to the width of the pane, a large one keeps its size and scrolls.
function scale() {
  const { width, height } = svg.viewBox.baseVal;
  const factor = Math.max(1, Math.min(1.6, (pane.clientWidth - 20) / width));
  svg.setAttribute("width", width * factor);
  svg.setAttribute("height", height * factor);
}

scale();
listJumps();
announce();
show(Number(location.hash.slice(1)) || 0);
